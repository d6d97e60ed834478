/**
 * The weights of a tensorflow.js model: a manifest that names them, and binary files beside it.
 *
 * Format: https://github.com/tensorflow/tfjs/blob/master/tfjs-core/src/io/types.ts
 *
 * @module
 */
import { dirname, join, normalize } from "node:path";
import { messageOf, TunebookError } from "../../../core/errors.ts";
import { isRecord } from "../../../core/objects.ts";
import { shownName } from "../../../core/quoted.ts";
import type { GraphConstant } from "../../../engine/mod.ts";
import { countOf } from "../constants.ts";

/** How a number of a weight is stored. */
interface Stored {
  readonly bytes: number;
  at(view: DataView, offset: number): number;
}

const stored: Readonly<Record<string, Stored>> = {
  float32: { bytes: 4, at: (view, offset) => view.getFloat32(offset, true) },
  float16: { bytes: 2, at: (view, offset) => view.getFloat16(offset, true) },
  int32: { bytes: 4, at: (view, offset) => view.getInt32(offset, true) },
  uint16: { bytes: 2, at: (view, offset) => view.getUint16(offset, true) },
  uint8: { bytes: 1, at: (view, offset) => view.getUint8(offset) },
  bool: { bytes: 1, at: (view, offset) => view.getUint8(offset) },
};

/** One weight as the manifest describes it. */
interface Entry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly quantization?: {
    readonly dtype: string;
    readonly scale?: number;
    readonly min?: number;
  };
}

/** Reads all weights that a manifest names; numbers that were quantised come back as float32. */
export async function readManifest(
  path: string,
  manifest: unknown,
): Promise<Map<string, GraphConstant>> {
  if (!Array.isArray(manifest)) {
    throw new TunebookError(
      "weights",
      `${path} has no weightsManifest; is it a model of tensorflow.js?`,
    );
  }
  const constants = new Map<string, GraphConstant>();
  for (const group of manifest) {
    const { paths, weights } = isRecord(group) ? group : {};
    if (!Array.isArray(paths) || !Array.isArray(weights)) {
      throw new TunebookError("weights", `${path}: a group of its weightsManifest lists no files`);
    }
    const bytes = await joined(path, paths);
    let offset = 0;
    for (const given of weights) {
      const entry = entryOf(path, given);
      const constant = constantOf(path, entry, bytes, offset);
      offset += countOf(entry.shape) * storedAs(entry).bytes;
      constants.set(entry.name, constant);
    }
    if (offset === bytes.length) continue;
    throw new TunebookError(
      "weights",
      `${path}: ${
        paths.join(", ")
      } hold ${bytes.length} bytes, but its weightsManifest lists ${offset}`,
    );
  }
  return constants;
}

/** The files of a group, one behind the other; they lie beside the model. */
async function joined(path: string, files: readonly unknown[]): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (const file of files) {
    const inside = normalize(String(file));
    if (inside.startsWith("..") || /^([/\\]|[a-z]:)/i.test(inside)) {
      throw new TunebookError("weights", `${path}: its weights lie outside of its folder, ${file}`);
    }
    try {
      parts.push(await Deno.readFile(join(dirname(path), inside)));
    } catch (error) {
      throw new TunebookError("weights", `${path}: cannot read ${file}: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** An entry of a manifest, which a file may hold damaged. */
function entryOf(path: string, given: unknown): Entry {
  const { name, shape, dtype, quantization } = isRecord(given) ? given : {};
  if (typeof name !== "string") {
    throw new TunebookError("weights", `${path}: a weight of its weightsManifest has no name`);
  }
  const wrong = (what: string) =>
    new TunebookError("weights", `${path}: the weight ${shownName(name)} ${what}`);
  const isSizes = Array.isArray(shape) &&
    shape.every((size) => Number.isSafeInteger(size) && size >= 0);
  if (!isSizes) throw wrong("has no shape of whole numbers");
  if (quantization !== undefined) {
    const { scale = 1, min = 0 } = isRecord(quantization) ? quantization : { scale: NaN };
    if (!Number.isFinite(scale) || !Number.isFinite(min)) {
      throw wrong("is quantised with a scale or a least number that is none");
    }
  }
  const type = isRecord(quantization) ? quantization.dtype : dtype;
  if (typeof type !== "string") throw wrong("does not say how its numbers are stored");
  if (!Object.hasOwn(stored, type)) {
    throw new TunebookError(
      "unsupported",
      `${path}: the weight ${shownName(name)} is ${
        shownName(type)
      } [${shape}], which is not read; ` +
        `known are ${Object.keys(stored).join(", ")}`,
    );
  }
  return given as unknown as Entry;
}

const storedAs = ({ dtype, quantization }: Entry): Stored => stored[quantization?.dtype ?? dtype];

function constantOf(path: string, entry: Entry, bytes: Uint8Array, offset: number): GraphConstant {
  const { name, shape, dtype, quantization } = entry;
  const { bytes: each, at } = storedAs(entry);
  const count = countOf(shape);
  if (offset + count * each > bytes.length) {
    throw new TunebookError("weights", `${path}: its weights end before ${shownName(name)} does`);
  }
  const { scale = 1, min = 0 } = quantization?.dtype === "float16" ? {} : quantization ?? {};
  const type = dtype === "float32" ? "float" : dtype === "bool" ? "bool" : "int";
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    shape,
    type,
    read() {
      const numbers = type === "float" ? new Float32Array(count) : new Float64Array(count);
      for (let i = 0; i < count; i++) numbers[i] = at(view, offset + i * each) * scale + min;
      return type === "int" ? numbers.map(Math.round) : numbers;
    },
  };
}
