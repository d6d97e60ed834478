/**
 * Writes a GGUF file (version 3, little-endian), tensor by tensor, whole or not at all.
 *
 * Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 *
 * @module
 */
import { writeFileAtomic } from "../../../core/atomic.ts";
import { mistakes, TunebookError } from "../../../core/errors.ts";
import { byteWriter, type MetadataToWrite } from "../../../core/gguf/write_values.ts";
import { elementsOf } from "../../dtype.ts";
import type { WrittenFormat } from "./written_formats.ts";

/** A tensor to be written. */
export interface GgufTensorToWrite {
  readonly name: string;
  /** The size of each dimension, outermost first. */
  readonly shape: readonly number[];
  readonly format: WrittenFormat;
  /** Makes the numbers when their turn comes, row-major. */
  data(): Float32Array | Promise<Float32Array>;
}

/** "GGUF", read as a little-endian number. */
const magic = 0x46554747;
const version = 3;
const alignment = 32;
const mostDimensions = 4;
/** How many numbers are converted at a time; a multiple of every block. */
const chunkNumbers = 2 ** 20;

/**
 * Writes the file. Only one tensor's numbers are in memory at a time.
 *
 * Throws one error of kind "output" for names that come twice and rows that are no whole blocks, and
 * one for a tensor whose numbers are not finite or too large for its format.
 */
export async function writeGguf(
  path: string,
  metadata: MetadataToWrite,
  tensors: readonly GgufTensorToWrite[],
): Promise<void> {
  check(path, tensors);
  await writeFileAtomic(path, chunks(path, header(metadata, tensors), tensors));
}

/** How many bytes a tensor takes. */
function bytesOf({ shape, format: { blockSize, blockBytes } }: GgufTensorToWrite): number {
  return elementsOf(shape) / blockSize * blockBytes;
}

const aligned = (bytes: number) => Math.ceil(bytes / alignment) * alignment;

function header(
  metadata: MetadataToWrite,
  tensors: readonly GgufTensorToWrite[],
): Uint8Array<ArrayBuffer> {
  const writer = byteWriter();
  writer.uint32(magic);
  writer.uint32(version);
  writer.uint64(tensors.length);
  writer.uint64(metadata.size);
  for (const [key, value] of metadata) {
    writer.text(key);
    writer.value(value);
  }
  let offset = 0;
  for (const tensor of tensors) {
    writer.text(tensor.name);
    writer.uint32(tensor.shape.length);
    for (const size of tensor.shape.toReversed()) writer.uint64(size);
    writer.uint32(tensor.format.type);
    writer.uint64(offset);
    offset += aligned(bytesOf(tensor));
  }
  writer.pad(alignment);
  return writer.bytes();
}

async function* chunks(
  path: string,
  header: Uint8Array,
  tensors: readonly GgufTensorToWrite[],
): AsyncIterable<Uint8Array> {
  yield header;
  for (const tensor of tensors) {
    const { name, format, shape } = tensor;
    const data = await tensor.data();
    if (data.length !== elementsOf(shape)) {
      throw new TunebookError(
        "output",
        `cannot write ${path}: tensor ${name} of shape [${shape}] has ${data.length} numbers`,
      );
    }
    const wrong = data.findIndex((number) => !(Math.abs(number) <= format.largest));
    if (wrong >= 0) {
      throw new TunebookError(
        "output",
        `cannot write ${path}: tensor ${name} has the number ${data[wrong]} at ${wrong}, which ` +
          `${format.name} cannot hold; write F32, or look at what the training did`,
      );
    }
    for (let at = 0; at < data.length; at += chunkNumbers) {
      yield format.fromFloat32(data.subarray(at, at + chunkNumbers));
    }
    const bytes = bytesOf(tensor);
    yield new Uint8Array(aligned(bytes) - bytes);
  }
}

function check(path: string, tensors: readonly GgufTensorToWrite[]): void {
  const seen = new Set<string>();
  const wrong = tensors.flatMap(({ name, shape, format }) => {
    const found: string[] = [];
    if (seen.has(name)) found.push(`tensor ${name} is given twice`);
    seen.add(name);
    if (shape.length < 1 || shape.length > mostDimensions) {
      found.push(`tensor ${name} has ${shape.length} dimensions, not 1 to ${mostDimensions}`);
    }
    if ((shape.at(-1) ?? 0) % format.blockSize !== 0) {
      found.push(
        `tensor ${name} has rows of ${shape.at(-1)} numbers; ${format.name} has blocks of ` +
          format.blockSize,
      );
    }
    return found;
  });
  if (wrong.length > 0) throw mistakes("output", `cannot write ${path}:`, wrong);
}
