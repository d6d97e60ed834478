/**
 * Reads a safetensors file tensor by tensor, so that memory holds no more than what was asked for.
 *
 * @module
 */
import { bytesPerElement, toFloat32 } from "./dtype.ts";
import { fill, findTensor, openFile, openUnchanged, readAt } from "./file_bytes.ts";
import { headerLength, LENGTH_BYTES, parseHeader } from "./safetensors_header.ts";
import type { RawTensor, TensorInfo, Weights } from "./weights.ts";

/** An open safetensors file. */
export interface WeightFile extends Weights {
  /** Free-form texts of the header, such as `format: "pt"`. */
  readonly metadata: Record<string, string>;
}

/**
 * Opens a safetensors file and checks its whole header. Close it, or declare it with `using`.
 *
 * Throws an error of kind `weights` that names the file and the offending key.
 *
 * @example
 * ```ts
 * import { openSafetensors, writeSafetensors } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const path = `${await Deno.makeTempDir()}/tiny.safetensors`;
 * const data = Float32Array.of(1, 2, 3, 4);
 * await writeSafetensors(path, [{ name: "weight", dtype: "F16", shape: [2, 2], data }]);
 *
 * using file = await openSafetensors(path);
 * assert.deepEqual(file.tensors.get("weight")?.shape, [2, 2]);
 * assert.deepEqual(await file.readFloat32("weight"), data);
 * ```
 */
export async function openSafetensors(path: string): Promise<WeightFile> {
  const file = await openFile(path);
  let closed = false;
  const close = () => {
    if (!closed) file.close();
    closed = true;
  };
  try {
    const opened = await file.stat();
    const { size } = opened;
    const start = readAt(path, file, 0, Math.min(LENGTH_BYTES, size));
    const text = readAt(path, file, LENGTH_BYTES, headerLength(path, start, size));
    const { metadata, tensors } = parseHeader(path, text, size);
    return {
      path,
      metadata,
      tensors,
      close,
      [Symbol.dispose]: close,
      // deno-lint-ignore require-await -- throws must become rejections
      async read(name): Promise<RawTensor> {
        const { dtype, shape, offset, bytes } = findTensor(path, tensors, name);
        return { dtype, shape, bytes: readAt(path, file, offset, bytes) };
      },
      readSync(name): RawTensor {
        const { dtype, shape, offset, bytes } = findTensor(path, tensors, name);
        using again = openUnchanged(path, opened);
        return { dtype, shape, bytes: readAt(path, again, offset, bytes) };
      },
      // deno-lint-ignore require-await -- throws must become rejections
      async readFloat32(name): Promise<Float32Array<ArrayBuffer>> {
        return readFloat32At(path, file, findTensor(path, tensors, name));
      },
      readFloat32Sync(name): Float32Array<ArrayBuffer> {
        const info = findTensor(path, tensors, name);
        using again = openUnchanged(path, opened);
        return readFloat32At(path, again, info);
      },
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** How much is converted at a time, so that a float16 tensor needs no second copy. */
const CHUNK_BYTES = 4 * 2 ** 20;

function readFloat32At(path: string, file: Deno.FsFile, info: TensorInfo) {
  const { dtype, offset, bytes } = info;
  const width = bytesPerElement[dtype];
  const values = new Float32Array(bytes / width);
  if (dtype === "F32") {
    fill(path, file, offset, new Uint8Array(values.buffer));
    return values;
  }
  const chunk = new Uint8Array(Math.min(CHUNK_BYTES, bytes));
  for (let done = 0; done < bytes; done += chunk.length) {
    const part = chunk.subarray(0, bytes - done);
    fill(path, file, offset + done, part);
    toFloat32(dtype, part, values.subarray(done / width, (done + part.length) / width));
  }
  return values;
}
