/**
 * All tensors of a GGUF file under its own names: those of an adapter, which are small.
 *
 * @module
 */
import type { GgufHeader } from "../../core/gguf/read_gguf.ts";
import { mistakes } from "../../core/errors.ts";
import { openFile } from "../file_bytes.ts";
import { bytesIn } from "./gguf_tensors.ts";
import { readValues } from "./open_gguf.ts";
import { tensorFormatOf } from "./tensor_formats.ts";

/** A tensor with its numbers, row-major. */
export interface ReadGgufTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array<ArrayBuffer>;
}

/**
 * The tensors of an adapter. Throws one error of kind "weights" for all that cannot be read.
 */
export async function readAdapterTensors(
  { path, size, tensors }: GgufHeader,
): Promise<Map<string, ReadGgufTensor>> {
  using file = await openFile(path);
  const wrong: string[] = [];
  const read = new Map<string, ReadGgufTensor>();
  for (const [name, { type, shape, offset }] of tensors) {
    const format = tensorFormatOf(type);
    const bytes = typeof format === "string" ? undefined : bytesIn(shape, format);
    if (typeof format === "string" || bytes === undefined || offset + bytes > size) {
      wrong.push(`tensor ${name} is cut short, or in a format that is not read`);
      continue;
    }
    const info = { dtype: "F32", shape, offset, bytes } as const;
    read.set(name, { shape, values: readValues(path, file, { info, format, storedShape: shape }) });
  }
  if (wrong.length > 0) throw mistakes("weights", `cannot read ${path}:`, wrong);
  return read;
}
