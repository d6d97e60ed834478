/**
 * Opens the weights of a model, whatever they lie in: a checkpoint, or a graph that others wrote.
 *
 * @module
 */
import { isGraphFile } from "../weights/graph/graph_file.ts";
import { openWeights } from "../weights/open_weights.ts";
import type { Weights } from "../weights/weights.ts";
import { openGraphWeights } from "./graph/read_graph.ts";

/** Opens a file or a folder, as `openWeights` takes it, or the file of a graph. */
export async function openCheckpoint(path: string): Promise<Weights> {
  return await (isGraphFile(path) ? openGraphWeights(path) : openWeights(path));
}
