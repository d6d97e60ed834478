/**
 * The keys and values of a GGUF file.
 *
 * @module
 */
import { TunebookError } from "../errors.ts";
import type { FileReader } from "./file_reader.ts";

/** A list, which stays in the file until it is asked for: vocabularies are long. */
export interface GgufArray {
  /** What its values are, `string`, or `array` for a list of lists. */
  readonly type: string;
  readonly length: number;
  /** Where its first value is, counted from the start of the file. */
  readonly offset: number;
}

/** A value. Integers of 64 bits beyond 2^53 are bigints. */
export type GgufValue = string | number | bigint | boolean | GgufArray;

type Scalar = string | number | bigint | boolean;

interface ValueType {
  readonly name: string;
  /** Bytes of a value; the fewest where they differ. */
  readonly bytes: number;
  readonly isFixed: boolean;
  read(reader: FileReader, field: string): Scalar;
}

function fixed(
  name: string,
  bytes: number,
  get: (view: DataView, offset: number) => Scalar,
): ValueType {
  const read = (reader: FileReader, field: string) => get(...reader.take(bytes, field));
  return { name, bytes, isFixed: true, read };
}

const safe = (value: bigint) => BigInt.asIntN(53, value) === value ? Number(value) : value;
/** The first bytes of a text are its length, those of a list its type and length. */
const [textBytes, arrayBytes] = [8, 12];

/** The types by their numbers in the file. */
const types: readonly ValueType[] = [
  fixed("uint8", 1, (view, at) => view.getUint8(at)),
  fixed("int8", 1, (view, at) => view.getInt8(at)),
  fixed("uint16", 2, (view, at) => view.getUint16(at, true)),
  fixed("int16", 2, (view, at) => view.getInt16(at, true)),
  fixed("uint32", 4, (view, at) => view.getUint32(at, true)),
  fixed("int32", 4, (view, at) => view.getInt32(at, true)),
  fixed("float32", 4, (view, at) => view.getFloat32(at, true)),
  fixed("bool", 1, (view, at) => view.getUint8(at) !== 0),
  {
    name: "string",
    bytes: textBytes,
    isFixed: false,
    read: (reader, field) => reader.text(field),
  },
  {
    name: "array",
    bytes: arrayBytes,
    isFixed: false,
    read: () => {
      throw new Error("lists are passed over");
    },
  },
  fixed("uint64", 8, (view, at) => safe(view.getBigUint64(at, true))),
  fixed("int64", 8, (view, at) => safe(view.getBigInt64(at, true))),
  fixed("float64", 8, (view, at) => view.getFloat64(at, true)),
];

/** The fewest bytes of a key with its value: a length, one letter, a type, a byte. */
const leastBytes = 14;

/** Reads `count` keys with their values. A key that comes twice is an error. */
export function readMetadata(
  path: string,
  reader: FileReader,
  count: number,
): Map<string, GgufValue> {
  checkCount(path, reader, { count, bytes: leastBytes, field: "metadata_kv_count" });
  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < count; i++) {
    const key = reader.text(`key ${i + 1} of ${count}`);
    if (metadata.has(key)) throw new TunebookError("weights", `${path} has the key ${key} twice`);
    const type = typeAt(path, reader, `the type of ${key}`);
    metadata.set(
      key,
      type.name === "array" ? passArray(path, reader, key) : type.read(reader, key),
    );
  }
  return metadata;
}

/** The values of a list that `readMetadata` has passed over; `reader` starts at its `offset`. */
export function arrayValues(
  path: string,
  reader: FileReader,
  { type, length }: GgufArray,
  key: string,
): Scalar[] {
  const found = types.find(({ name }) => name === type);
  if (!found || type === "array") {
    throw new TunebookError("unsupported", `${path}: ${key} is a list of lists`);
  }
  return Array.from({ length }, (_, i) => found.read(reader, `value ${i + 1} of ${key}`));
}

/** A count that the rest of the file could hold, or an error. */
export function checkCount(
  path: string,
  { left }: FileReader,
  { count, bytes, field }: { count: number; bytes: number; field: string },
): void {
  if (count * bytes <= left) return;
  throw new TunebookError(
    "weights",
    `${path}: ${field} is ${count}, for which the ${left} bytes left are too few; the file is ` +
      "incomplete or not what it says",
  );
}

/** Lists of lists of lists are no model's. */
const deepest = 4;

function passArray(path: string, reader: FileReader, key: string, depth = 1): GgufArray {
  const type = typeAt(path, reader, `the type of the values of ${key}`);
  const length = reader.uint64(`the length of ${key}`);
  checkCount(path, reader, { count: length, bytes: type.bytes, field: `the length of ${key}` });
  const offset = reader.at;
  if (type.isFixed) reader.skip(length * type.bytes, key);
  else {
    if (depth > deepest) throw new TunebookError("weights", `${path}: ${key} nests too deeply`);
    for (let i = 0; i < length; i++) {
      const field = `value ${i + 1} of ${key}`;
      if (type.name === "array") passArray(path, reader, key, depth + 1);
      else reader.skip(reader.uint64(`the length of ${field}`), field);
    }
  }
  return { type: type.name, length, offset };
}

function typeAt(path: string, reader: FileReader, field: string): ValueType {
  const number = reader.uint32(field);
  const type = types[number];
  if (type) return type;
  throw new TunebookError("weights", `${path}: ${field} is ${number}, which GGUF does not have`);
}
