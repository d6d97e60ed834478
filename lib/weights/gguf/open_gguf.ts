/**
 * Opens the weights of a GGUF file: float32 under transformers' names, tensor by tensor.
 *
 * @module
 */
import { readGguf } from "../../core/gguf/read_gguf.ts";
import { elementsOf } from "../dtype.ts";
import { fill, findTensor, openFile, openUnchanged } from "../file_bytes.ts";
import type { RawTensor, TensorInfo, Weights } from "../weights.ts";
import { architectureOf } from "./architectures/mod.ts";
import { ggufFields } from "./gguf_fields.ts";
import { ggufTensors, ropeDivisors, type StoredGgufTensor } from "./gguf_tensors.ts";
import { undo } from "./tensor_changes.ts";

/**
 * Opens the tensors of a GGUF file. They are turned to float32 when they are read, and what
 * llama.cpp's converter did to them is undone, so that they are those of transformers.
 *
 * Throws what `readGguf` throws, and one error for all tensors that cannot be read.
 */
export async function openGguf(path: string): Promise<Weights> {
  const header = await readGguf(path);
  const architecture = architectureOf(header);
  const stored = ggufTensors(header, architecture);
  stored.delete(ropeDivisors);
  const tensors = new Map<string, TensorInfo>([...stored].map(([name, { info }]) => [name, info]));
  const fields = ggufFields(header, architecture.name);
  const queries = fields.size("attention.head_count");
  const heads = { queries, keys: fields.size("attention.head_count_kv", queries) };
  fields.finish();
  const opened = await statOf(path);
  const readFloat32Sync = (name: string) => {
    findTensor(path, tensors, name);
    const tensor = stored.get(name)!;
    using file = openUnchanged(path, opened);
    const values = readValues(path, file, tensor);
    const { change, storedShape: shape } = tensor;
    return change ? undo(change, values, { shape, heads }) : values;
  };
  const readSync = (name: string): RawTensor => {
    const { shape } = findTensor(path, tensors, name);
    return { dtype: "F32", shape, bytes: new Uint8Array(readFloat32Sync(name).buffer) };
  };
  return {
    path,
    tensors,
    // The file is open only while it is read.
    close() {},
    [Symbol.dispose]() {},
    readSync,
    readFloat32Sync,
    // deno-lint-ignore require-await -- throws must become rejections
    read: async (name) => readSync(name),
    // deno-lint-ignore require-await -- throws must become rejections
    readFloat32: async (name) => readFloat32Sync(name),
  };
}

/** The numbers by which rotary frequencies are divided, if the file has them. */
export async function readRopeDivisors(path: string): Promise<Float32Array | undefined> {
  const header = await readGguf(path);
  const tensor = ggufTensors(header, architectureOf(header)).get(ropeDivisors);
  if (!tensor) return undefined;
  using file = await openFile(path);
  return readValues(path, file, tensor);
}

async function statOf(path: string): Promise<Deno.FileInfo> {
  using file = await openFile(path);
  return await file.stat();
}

/** How much is turned at a time, so that a tensor needs no second copy. */
const chunkBytes = 4 * 2 ** 20;

/** A tensor's numbers as float32, as they are stored. */
export function readValues(
  path: string,
  file: Deno.FsFile,
  { info: { offset, bytes }, format, storedShape }: StoredGgufTensor,
): Float32Array<ArrayBuffer> {
  const values = new Float32Array(elementsOf(storedShape));
  const { blockBytes, blockSize } = format;
  const chunk = new Uint8Array(Math.min(bytes, Math.floor(chunkBytes / blockBytes) * blockBytes));
  for (let done = 0; done < bytes; done += chunk.length) {
    const part = chunk.subarray(0, bytes - done);
    fill(path, file, offset + done, part);
    const from = done / blockBytes * blockSize;
    format.toFloat32(part, values.subarray(from, from + part.length / blockBytes * blockSize));
  }
  return values;
}
