/**
 * What every open checkpoint offers, whether it is one file or many shards.
 *
 * @module
 */
import type { Dtype } from "./dtype.ts";

/** Where one tensor lies in its file. */
export interface TensorInfo {
  /** The element type; F32 for quantised tensors, which are read as that. */
  readonly dtype: Dtype;
  /** The size of each dimension, outermost first; empty for a scalar. */
  readonly shape: readonly number[];
  /** Where the tensor's bytes begin, counted from the start of the file. */
  readonly offset: number;
  /** How many bytes the tensor has in its file. */
  readonly bytes: number;
  /** The file that holds it, where that is not the checkpoint's `path`: a shard. */
  readonly file?: string;
}

/** A tensor with its raw little-endian bytes, row-major. */
export interface RawTensor {
  /** The element type. */
  readonly dtype: Dtype;
  /** The size of each dimension, outermost first. */
  readonly shape: readonly number[];
  /** The elements, little-endian and row-major. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** An open checkpoint. Tensors are read from disk when they are asked for. */
export interface Weights extends Disposable {
  /** The file or the index that was opened. */
  readonly path: string;
  /** Every tensor by its name in the checkpoint. */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** Reads one tensor as it is stored. */
  read(name: string): Promise<RawTensor>;
  /** The same at once, also after `close`, as `readFloat32Sync`. */
  readSync(name: string): RawTensor;
  /** Reads one tensor as float32, whatever it is stored as. */
  readFloat32(name: string): Promise<Float32Array<ArrayBuffer>>;
  /**
   * The same at once, also after `close`: it opens the file for this read. A file that has changed
   * since it was opened first is an error.
   */
  readFloat32Sync(name: string): Float32Array<ArrayBuffer>;
  /** Closes the files; a second call does nothing. */
  close(): void;
}
