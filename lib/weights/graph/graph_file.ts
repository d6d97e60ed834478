/**
 * A graph that others wrote, as one of operators with ONNX's names and meanings, channels first.
 *
 * @module
 */
import type { GraphConstant } from "../../engine/mod.ts";

/** A setting of an operator. */
export type GraphAttribute = number | string | readonly number[] | readonly string[];

/** One operator call. A missing optional input is the empty text. */
export interface FileNode {
  /** ONNX's name of the operator; one that ONNX lacks has the name that its file has for it. */
  readonly op: string;
  /** The node's own name; empty where it has none. */
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, GraphAttribute>>;
}

/** The image that a graph takes. */
export interface GraphInput {
  readonly name: string;
  /** True where the graph takes [batch, height, width, channels]. */
  readonly channelsLast: boolean;
  readonly channels: number;
  /** Height and width; undefined where the file leaves them open. */
  readonly size: readonly [number, number] | undefined;
}

/** A graph with its weights, in an order that can run. */
export interface GraphFile {
  /** Its path, for errors. */
  readonly path: string;
  readonly input: GraphInput;
  /** Names of tensors. */
  readonly outputs: readonly string[];
  readonly nodes: readonly FileNode[];
  readonly constants: ReadonlyMap<string, GraphConstant>;
}

/** Whether a path is that of a graph, by its name: an ONNX file, or the JSON of tensorflow.js. */
export function isGraphFile(path: string): boolean {
  const name = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
  return /\.onnx$/i.test(name) ||
    /\.json$/i.test(name) && !/^config\.json$|\.index\.json$/i.test(name);
}
