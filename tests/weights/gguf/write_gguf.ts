/**
 * Writes small GGUF files, also such as no program should write.
 *
 * @module
 */

/** A value with its type's number; a list is of one type. */
export type Value = readonly [type: number, value: number | bigint | string | readonly Value[1][]];

/** Types of values by name. */
export const typeNumbers = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8, uint64: 10 };

/** What a file says. */
export interface GgufContent {
  readonly magic?: string;
  readonly version?: number;
  readonly tensorCount?: bigint;
  readonly keyCount?: bigint;
  /** Keys with their values; pairs, so that a key can come twice. */
  readonly metadata?: readonly (readonly [string, Value])[];
  /** The shape is outermost first. */
  readonly tensors?: readonly {
    readonly name: string;
    readonly shape: readonly (number | bigint)[];
    readonly type?: number;
    readonly offset?: bigint;
    readonly data?: Uint8Array;
  }[];
  readonly bigEndian?: boolean;
}

const alignment = 32;

/** The bytes of a file. */
export function ggufBytes(content: GgufContent): Uint8Array<ArrayBuffer> {
  const { metadata = [], tensors = [], bigEndian = false } = content;
  const bytes: number[] = [];
  const put = (size: number, set: (view: DataView) => void) => {
    const view = new DataView(new ArrayBuffer(size));
    set(view);
    bytes.push(...new Uint8Array(view.buffer));
  };
  const uint32 = (value: number) => put(4, (view) => view.setUint32(0, value, !bigEndian));
  const uint64 = (value: bigint) => put(8, (view) => view.setBigUint64(0, value, !bigEndian));
  const text = (value: string) => {
    const utf8 = new TextEncoder().encode(value);
    uint64(BigInt(utf8.length));
    for (const byte of utf8) bytes.push(byte);
  };
  const scalar = (type: number, value: Value[1]) => {
    switch (type) {
      case typeNumbers.string:
        return text(value as string);
      case typeNumbers.bool:
        return bytes.push(Number(value));
      case typeNumbers.float32:
        return put(4, (view) => view.setFloat32(0, value as number, !bigEndian));
      case typeNumbers.uint64:
        return uint64(BigInt(value as number));
      default:
        return uint32(value as number);
    }
  };
  bytes.push(...new TextEncoder().encode(content.magic ?? "GGUF"));
  uint32(content.version ?? 3);
  uint64(content.tensorCount ?? BigInt(tensors.length));
  uint64(content.keyCount ?? BigInt(metadata.length));
  for (const [key, [type, value]] of metadata) {
    text(key);
    if (Array.isArray(value)) {
      uint32(9);
      uint32(type);
      uint64(BigInt(value.length));
      for (const each of value) scalar(type, each);
    } else {
      uint32(type);
      scalar(type, value);
    }
  }
  let at = 0;
  for (const { name, shape, type = 0, offset, data } of tensors) {
    text(name);
    uint32(shape.length);
    for (const size of shape.toReversed()) uint64(BigInt(size));
    uint32(type);
    uint64(offset ?? BigInt(at));
    at += Math.ceil((data?.length ?? 0) / alignment) * alignment;
  }
  const pad = () => {
    while (bytes.length % alignment > 0) bytes.push(0);
  };
  if (tensors.length > 0) pad();
  for (const { data } of tensors) {
    for (const byte of data ?? []) bytes.push(byte);
    pad();
  }
  return Uint8Array.from(bytes);
}
