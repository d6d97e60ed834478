/**
 * Opens a graph that others wrote: an ONNX file, or a graph model of tensorflow.js.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { TunebookError } from "../../core/errors.ts";
import { isRecord } from "../../core/objects.ts";
import type { GraphFile } from "./graph_file.ts";
import { readOnnxGraph } from "./onnx/read_onnx_graph.ts";
import { readTfjsGraph } from "./tfjs/read_tfjs_graph.ts";

const isOnnx = (path: string) => /\.onnx$/i.test(path);

/** Reads a graph of either format, with channels first. */
export async function readGraphFile(path: string): Promise<GraphFile> {
  const graph = await (isOnnx(path) ? readOnnxGraph(path) : readTfjsGraph(path));
  if (graph.outputs.length > 0) return graph;
  throw new TunebookError("weights", `${path} is a graph without outputs; is the file damaged?`);
}

/** The files that a graph's numbers may lie in: itself, and those beside it that belong to it. */
export async function graphFiles(path: string): Promise<string[]> {
  const folder = dirname(path);
  if (isOnnx(path)) {
    const beside: string[] = [];
    for await (const { name, isFile } of Deno.readDir(folder)) {
      if (isFile && /[._]data$/.test(name)) beside.push(join(folder, name));
    }
    return [path, ...beside.sort()];
  }
  const { weightsManifest } = JSON.parse(await Deno.readTextFile(path));
  const groups = Array.isArray(weightsManifest) ? weightsManifest.filter(isRecord) : [];
  const paths = groups.flatMap(({ paths }) => Array.isArray(paths) ? paths : []);
  return [path, ...paths.map((name) => join(folder, String(name)))];
}
