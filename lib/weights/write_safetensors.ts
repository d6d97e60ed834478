/**
 * Writes a safetensors file, streamed and whole or not at all.
 *
 * @module
 */
import { writeFileAtomic } from "../core/atomic.ts";
import { mistakes } from "../core/errors.ts";
import { bytesPerElement, type Dtype, elementsOf, fromFloat32, isDtype } from "./dtype.ts";
import { LENGTH_BYTES, MAX_HEADER_BYTES, METADATA_KEY } from "./safetensors_header.ts";

/** Raw little-endian bytes, or float32 values to be stored as the tensor's floating-point type. */
export type TensorData = Uint8Array | Float32Array;

/** A tensor to be written. */
export interface TensorToWrite {
  /** Its name in the checkpoint. */
  readonly name: string;
  /** The element type that it is stored as. */
  readonly dtype: Dtype;
  /** The size of each dimension, outermost first; empty for a scalar. */
  readonly shape: readonly number[];
  /** The elements, row-major, or a function that makes them when their turn comes. */
  readonly data: TensorData | (() => TensorData | Promise<TensorData>);
}

/**
 * Writes tensors to one safetensors file. Tensors are stored widest element first and then by name,
 * so that each is aligned and the same tensors always give the same bytes.
 *
 * Throws one error with every tensor whose name, shape or data is wrong.
 *
 * @example
 * ```ts
 * import { openSafetensors, writeSafetensors } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const path = `${await Deno.makeTempDir()}/ids.safetensors`;
 * const data = new Uint8Array(BigInt64Array.of(5n, 7n).buffer);
 * await writeSafetensors(path, [{ name: "n", dtype: "I64", shape: [2], data }], { format: "pt" });
 *
 * using file = await openSafetensors(path);
 * assert.deepEqual(file.metadata, { format: "pt" });
 * assert.deepEqual((await file.read("n")).bytes, data);
 * ```
 */
export async function writeSafetensors(
  path: string,
  tensors: Iterable<TensorToWrite>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const list = [...tensors];
  check(path, list);
  const inOrder = list.sort((a, b) =>
    bytesPerElement[b.dtype] - bytesPerElement[a.dtype] ||
    compareTexts(a.name, b.name)
  );
  await writeFileAtomic(path, chunks(path, header(path, inOrder, metadata), inOrder));
}

/** How many bytes a tensor takes in a file. */
export function storedBytes({ dtype, shape }: Pick<TensorToWrite, "dtype" | "shape">): number {
  return elementsOf(shape) * bytesPerElement[dtype];
}

/** Plain order by code unit, the same on every machine. */
export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The format asks for data that starts at a multiple of eight bytes. */
const ALIGNMENT = 8;

function header(
  path: string,
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const entries: [string, unknown][] = [];
  if (Object.keys(metadata).length > 0) entries.push([METADATA_KEY, metadata]);
  let at = 0;
  for (const { name, dtype, shape } of tensors) {
    const end = at + storedBytes({ dtype, shape });
    entries.push([name, { dtype, shape, data_offsets: [at, end] }]);
    at = end;
  }
  const json = entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  const text = new TextEncoder().encode(`{${json.join(",")}}`);
  const length = Math.ceil(text.length / ALIGNMENT) * ALIGNMENT;
  if (length > MAX_HEADER_BYTES) {
    throw mistakes("output", `cannot write ${path}:`, [
      `its header would take ${length} bytes, over the limit of ${MAX_HEADER_BYTES}`,
    ]);
  }
  const bytes = new Uint8Array(LENGTH_BYTES + length).fill(" ".charCodeAt(0));
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(text, LENGTH_BYTES);
  return bytes;
}

/** How many float32 values are converted at a time. */
const CHUNK_VALUES = 2 ** 20;

async function* chunks(
  path: string,
  header: Uint8Array,
  tensors: readonly TensorToWrite[],
): AsyncIterable<Uint8Array> {
  yield header;
  for (const tensor of tensors) {
    const data = typeof tensor.data === "function" ? await tensor.data() : tensor.data;
    const problem = wrongLength(tensor, data);
    if (problem) throw mistakes("weights", `cannot write ${path}:`, [problem]);
    if (data instanceof Uint8Array) {
      yield data;
      continue;
    }
    for (let at = 0; at < data.length; at += CHUNK_VALUES) {
      yield fromFloat32(tensor.dtype, data.subarray(at, at + CHUNK_VALUES));
    }
  }
}

function check(path: string, tensors: readonly TensorToWrite[]): void {
  const problems: string[] = [];
  const seen = new Set<string>();
  for (const tensor of tensors) {
    const { name, dtype, shape, data } = tensor;
    if (seen.has(name)) problems.push(`tensor "${name}" is given twice`);
    seen.add(name);
    if (name === METADATA_KEY) {
      problems.push(`"${name}" is reserved and cannot name a tensor`);
    }
    if (!isDtype(dtype)) {
      problems.push(`tensor "${name}": unknown dtype "${dtype}"`);
    } else if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
      problems.push(`tensor "${name}": shape [${shape}] is not a list of whole numbers from 0`);
    } else if (typeof data !== "function") {
      const problem = wrongLength(tensor, data);
      if (problem) problems.push(problem);
    }
  }
  if (problems.length > 0) {
    throw mistakes("weights", `cannot write ${path}:`, problems);
  }
}

function wrongLength(tensor: TensorToWrite, data: TensorData): string | undefined {
  const { name, dtype, shape } = tensor;
  if (data instanceof Float32Array && !["F32", "F16", "BF16"].includes(dtype)) {
    return `tensor "${name}": float32 values cannot be stored as ${dtype}; give its raw bytes`;
  }
  const [given, wanted, unit] = data instanceof Float32Array
    ? [data.length, elementsOf(shape), "values"]
    : [data.length, storedBytes({ dtype, shape }), "bytes"];
  if (given === wanted) return undefined;
  return `tensor "${name}": ${dtype} of shape [${shape}] takes ${wanted} ${unit}, not ${given}`;
}
