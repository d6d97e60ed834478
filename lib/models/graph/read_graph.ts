/**
 * Opens a graph that others wrote, an ONNX file or a graph model of tensorflow.js, as a model with layers.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { bytesPerElement } from "../../weights/dtype.ts";
import { countOf } from "../../weights/graph/constants.ts";
import { readGraphFile } from "../../weights/graph/read_graph_file.ts";
import type { RawTensor, TensorInfo, Weights } from "../../weights/weights.ts";
import type { GraphWithWeights } from "./graph_model.ts";
import { splitLayers } from "./split_layers.ts";

/** Reads a graph and the numbers of its layers. */
export async function readGraph(path: string): Promise<GraphWithWeights> {
  return splitLayers(await readGraphFile(path));
}

/** What stands before the paths of a graph's layers among its weights. */
export const graphPrefix = "graph";

/** The weights of a graph's layers as a checkpoint: float32, under the paths of the layers. */
export async function openGraphWeights(path: string): Promise<Weights> {
  const { weights } = await readGraph(path);
  const named = new Map([...weights].map(([name, each]) => [`${graphPrefix}.${name}`, each]));
  const tensors = new Map<string, TensorInfo>([...named].map(([name, { shape }]) => [
    name,
    { dtype: "F32", shape, offset: 0, bytes: countOf(shape) * bytesPerElement.F32 },
  ]));
  const readFloat32Sync = (name: string): Float32Array<ArrayBuffer> => {
    const constant = named.get(name);
    if (constant) return Float32Array.from(constant.read());
    throw new TunebookError("weights", `${path} has no weight ${name}`);
  };
  const readSync = (name: string): RawTensor => ({
    dtype: "F32",
    shape: named.get(name)?.shape ?? [],
    bytes: new Uint8Array(readFloat32Sync(name).buffer),
  });
  return {
    path,
    tensors,
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
