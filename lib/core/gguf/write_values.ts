/**
 * The keys and values of a GGUF file as its bytes.
 *
 * @module
 */

/** A value with its type. Lists are of texts, whole numbers of 32 bits, or float32 numbers. */
export type ValueToWrite =
  | { readonly type: "uint32" | "float32"; readonly value: number }
  | { readonly type: "bool"; readonly value: boolean }
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "strings"; readonly value: readonly string[] }
  | { readonly type: "int32s" | "float32s"; readonly value: ArrayLike<number> };

/** Keys with their values. */
export type MetadataToWrite = ReadonlyMap<string, ValueToWrite>;

/** The numbers of types in a file. */
const types = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8, array: 9 } as const;
const utf8 = new TextEncoder();

/** Collects little-endian numbers and texts. */
export interface ByteWriter {
  uint32(value: number): void;
  uint64(value: number): void;
  text(value: string): void;
  /** Zeros up to a multiple of `alignment`. */
  pad(alignment: number): void;
  /** All that was written. */
  bytes(): Uint8Array<ArrayBuffer>;
}

/** A writer with nothing written. */
export function byteWriter(): ByteWriter & { value(value: ValueToWrite): void } {
  let buffer = new Uint8Array(2 ** 16);
  let view = new DataView(buffer.buffer);
  let at = 0;
  /** Makes room first: both may be others after that. */
  const put = (bytes: number, set: (at: number) => void) => {
    if (at + bytes > buffer.length) {
      const larger = new Uint8Array(Math.max(2 * buffer.length, at + bytes));
      larger.set(buffer);
      [buffer, view] = [larger, new DataView(larger.buffer)];
    }
    set(at);
    at += bytes;
  };
  const writer: ByteWriter = {
    uint32: (value) => put(4, (at) => view.setUint32(at, value, true)),
    uint64: (value) => put(8, (at) => view.setBigUint64(at, BigInt(value), true)),
    text(value) {
      const bytes = utf8.encode(value);
      writer.uint64(bytes.length);
      put(bytes.length, (at) => buffer.set(bytes, at));
    },
    pad: (alignment) => put((alignment - at % alignment) % alignment, () => {}),
    bytes: () => buffer.slice(0, at),
  };
  const { uint32, uint64, text } = writer;
  const int32 = (value: number) => put(4, (at) => view.setInt32(at, value, true));
  const float32 = (value: number) => put(4, (at) => view.setFloat32(at, value, true));
  const list = <Each>(type: number, values: ArrayLike<Each>, put: (value: Each) => void) => {
    uint32(types.array);
    uint32(type);
    uint64(values.length);
    for (let i = 0; i < values.length; i++) put(values[i]);
  };
  const value = (given: ValueToWrite) => {
    switch (given.type) {
      case "uint32":
        uint32(types.uint32);
        return uint32(given.value);
      case "float32":
        uint32(types.float32);
        return float32(given.value);
      case "bool":
        uint32(types.bool);
        return put(1, (at) => view.setUint8(at, Number(given.value)));
      case "string":
        uint32(types.string);
        return text(given.value);
      case "strings":
        return list(types.string, given.value, text);
      case "int32s":
        return list(types.int32, given.value, int32);
      case "float32s":
        return list(types.float32, given.value, float32);
    }
  };
  return { ...writer, value };
}
