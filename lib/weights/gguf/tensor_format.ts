/**
 * What a format of ggml is: rows are cut into blocks of some numbers, each with scales of its own.
 *
 * @module
 */

/** A format of tensors. */
export interface TensorFormat {
  /** ggml's name, `Q4_K`. */
  readonly name: string;
  /** The number that stands for it in a file. */
  readonly type: number;
  /** Numbers in a block; 1 where there are no blocks. */
  readonly blockSize: number;
  /** Bytes of a block. */
  readonly blockBytes: number;
  /** Whole blocks → their numbers, as many as `target` has. */
  toFloat32(bytes: Uint8Array<ArrayBuffer>, target: Float32Array<ArrayBuffer>): void;
}

/** Turns one block, which begins at a byte of `view`, to numbers from an index of `target` on. */
type Block = (view: DataView, from: number, target: Float32Array<ArrayBuffer>, to: number) => void;

/** A format whose blocks are turned to numbers one by one. */
export function blockFormat(
  sizes: Omit<TensorFormat, "toFloat32">,
  block: Block,
): TensorFormat {
  const { blockSize, blockBytes } = sizes;
  return {
    ...sizes,
    toFloat32({ buffer, byteOffset, length }, target) {
      const view = new DataView(buffer, byteOffset, length);
      for (let i = 0, to = 0; to < target.length; i++, to += blockSize) {
        block(view, i * blockBytes, target, to);
      }
    },
  };
}
