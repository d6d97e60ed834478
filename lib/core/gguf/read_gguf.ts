/**
 * Reads the header of a GGUF file: what it says of the model, and where each tensor lies. A file in
 * this format is a model's configuration, tokenizer and weights in one.
 *
 * Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 *
 * @module
 */
import { messageOf, TunebookError } from "../errors.ts";
import { type FileReader, fileReader } from "./file_reader.ts";
import { arrayValues, checkCount, type GgufValue, readMetadata } from "./metadata.ts";

/** A tensor as the header describes it. */
export interface GgufTensor {
  /** The number of its type in ggml. */
  readonly type: number;
  /** The size of each dimension, outermost first. */
  readonly shape: readonly number[];
  /** Where its data begins, counted from the start of the file. */
  readonly offset: number;
}

/** What stands before the tensors. */
export interface GgufHeader {
  readonly path: string;
  /** Bytes of the whole file. */
  readonly size: number;
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
}

/** Whether a path is that of a GGUF file, by its name. */
export function isGguf(path: string): boolean {
  return /\.gguf$/i.test(path);
}

/** "GGUF", read as a little-endian number. */
const magic = 0x46554747;
/** Version 2 has version 3's layout; version 1 had lengths of 32 bits. */
const versions = [2, 3];

/**
 * Reads the header; tensors and lists stay in the file. Throws a `TunebookError` of kind "weights"
 * that names the file and the field, and of kind "unsupported" for another version or byte order,
 * for one shard of several, and for what is no model, such as an adapter.
 *
 * @param options with `isAdapter` an adapter is read, and a model is what is refused
 */
export async function readGguf(
  path: string,
  { isAdapter = false }: { readonly isAdapter?: boolean } = {},
): Promise<GgufHeader> {
  using file = await openFile(path);
  const { size } = await file.stat();
  const reader = fileReader(path, file, size);
  checkStart(path, reader);
  const tensorCount = reader.uint64("tensor_count");
  const metadata = readMetadata(path, reader, reader.uint64("metadata_kv_count"));
  const header = { path, size, metadata };
  checkKind(header, isAdapter ? "adapter" : "model");
  return { ...header, tensors: readTensors(path, reader, tensorCount, alignmentOf(header)) };
}

/** The values of a list in the header. Throws where the key is no list of texts or numbers. */
export async function readGgufArray<Type extends "string" | "number">(
  { path, size, metadata }: GgufHeader,
  key: string,
  type: Type,
): Promise<(Type extends "string" ? string : number)[]> {
  const value = metadata.get(key);
  if (typeof value !== "object") {
    throw new TunebookError(
      "weights",
      value === undefined ? `${path} lacks the key ${key}` : `${path}: ${key} is no list`,
    );
  }
  using file = await openFile(path);
  if ((await file.stat()).size !== size) {
    throw new TunebookError("weights", `${path} changed while the model was in use; load it again`);
  }
  const values = arrayValues(path, fileReader(path, file, size, value.offset), value, key);
  const isWanted = type === "string"
    ? (each: unknown) => typeof each === "string"
    : (each: unknown) => typeof each === "number";
  if (!values.every(isWanted)) {
    throw new TunebookError("weights", `${path}: ${key} is a list of ${value.type}, not ${type}`);
  }
  return values as (Type extends "string" ? string : number)[];
}

async function openFile(path: string): Promise<Deno.FsFile> {
  try {
    // Opening a pipe that nobody writes to would wait without end.
    if ((await Deno.stat(path)).isFile) return await Deno.open(path);
  } catch (error) {
    throw new TunebookError("weights", `cannot open ${path}: ${messageOf(error)}`, {
      cause: error,
    });
  }
  throw new TunebookError("weights", `cannot open ${path}: it is not a file`);
}

function checkStart(path: string, reader: FileReader): void {
  if (reader.left < 4 || reader.uint32("the magic number") !== magic) {
    throw new TunebookError("weights", `${path} is no GGUF file: it does not begin with "GGUF"`);
  }
  const version = reader.uint32("version");
  if (versions.includes(version)) return;
  const isBigEndian = version !== 0 && (version & 0xffff) === 0;
  throw new TunebookError(
    "unsupported",
    isBigEndian
      ? `${path} is big-endian; convert it with gguf_convert_endian.py of the Python package gguf`
      : `${path} is version ${version} of GGUF; tunebook reads ${versions.join(" and ")}. ` +
        "Convert the model anew with a current llama.cpp",
  );
}

/** Types of files that hold no whole model. */
function checkKind(
  { path, metadata }: Pick<GgufHeader, "path" | "metadata">,
  asked: "model" | "adapter",
): void {
  const type = metadata.get("general.type") ?? "model";
  if (type !== asked) {
    throw new TunebookError("unsupported", `${path}: general.type is ${type}, not ${asked}`);
  }
  const shards = metadata.get("split.count");
  if (typeof shards === "number" && shards > 1) {
    throw new TunebookError(
      "unsupported",
      `${path} is one of ${shards} shards (split.count); join them with ` +
        "llama-gguf-split --merge and name the result",
    );
  }
}

function alignmentOf({ path, metadata }: Pick<GgufHeader, "path" | "metadata">): number {
  const alignment = metadata.get("general.alignment") ?? 32;
  if (Number.isSafeInteger(alignment) && (alignment as number) > 0 && Number(alignment) % 8 === 0) {
    return alignment as number;
  }
  throw new TunebookError(
    "weights",
    `${path}: general.alignment is ${alignment}; it must be a multiple of 8`,
  );
}

/** The fewest bytes of a tensor's entry: a name of one letter, no dimension, type and offset. */
const leastBytes = 25;
const mostDimensions = 4;

function readTensors(
  path: string,
  reader: FileReader,
  count: number,
  alignment: number,
): Map<string, GgufTensor> {
  checkCount(path, reader, { count, bytes: leastBytes, field: "tensor_count" });
  const tensors = new Map<string, GgufTensor>();
  for (let i = 0; i < count; i++) {
    const name = reader.text(`the name of tensor ${i + 1} of ${count}`);
    const refuse = (why: string) => new TunebookError("weights", `${path}: tensor ${name} ${why}`);
    if (tensors.has(name)) throw refuse("is there twice");
    const dimensions = reader.uint32(`the dimensions of ${name}`);
    if (dimensions > mostDimensions) {
      throw refuse(`has ${dimensions} dimensions; GGUF has at most ${mostDimensions}`);
    }
    // The innermost dimension comes first in the file.
    const shape = Array.from({ length: dimensions }, () => reader.uint64(`the shape of ${name}`))
      .reverse();
    const type = reader.uint32(`the type of ${name}`);
    const offset = reader.uint64(`the offset of ${name}`);
    if (offset % alignment !== 0) {
      throw refuse(`begins at ${offset}, which is no multiple of ${alignment}`);
    }
    tensors.set(name, { type, shape, offset });
  }
  const start = Math.ceil(reader.at / alignment) * alignment;
  return new Map([...tensors].map(([name, tensor]) => [
    name,
    { ...tensor, offset: start + tensor.offset },
  ]));
}
