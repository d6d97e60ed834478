/**
 * A recorded computation: values, the nodes that make them, and the constants that they need.
 * It is ONNX in plain objects; `onnx_writer.ts` turns it into a file.
 *
 * @module
 */
import { sizeOf, type Value } from "./value.ts";
import type { OpenDims } from "./open_dims.ts";

/** Raw numbers of a constant; `bool` and `uint8` are held in a `Uint8Array`. */
export type ConstantData =
  | Float32Array
  | Float16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Int8Array;

/** A constant's numbers, or what reads them when the graph is written. */
export type Constant = ConstantData | (() => ConstantData);

/** An attribute, tagged with its type: ONNX tells the float 1 from the integer 1. */
export type Attribute =
  | { readonly float: number }
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly text: string };

/** The domain of the runtime's own operators, beside the standard's empty one. */
export const contribDomain = "com.microsoft";

/** One operator call. A missing optional input is `undefined`. */
export interface GraphNode {
  readonly op: string;
  readonly domain: string;
  inputs: (Value | undefined)[];
  readonly outputs: readonly Value[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A whole recorded computation, its nodes in an order that can run. */
export interface Graph {
  readonly name: string;
  inputs: Value[];
  outputs: { name: string; value: Value }[];
  constants: Map<Value, Constant>;
  nodes: GraphNode[];
  readonly openDims: OpenDims;
}

/** How often each value is read, by nodes and as an output of the graph. */
export function countReaders(graph: Graph): Map<Value, number> {
  const readers = new Map<Value, number>();
  const read = (value: Value) => readers.set(value, (readers.get(value) ?? 0) + 1);
  for (const node of graph.nodes) {
    for (const input of node.inputs) if (input) read(input);
  }
  for (const { value } of graph.outputs) read(value);
  return readers;
}

/** The node that makes each value. */
export function findProducers(graph: Graph): Map<Value, GraphNode> {
  const producers = new Map<Value, GraphNode>();
  for (const node of graph.nodes) {
    for (const output of node.outputs) producers.set(output, node);
  }
  return producers;
}

/** The number in a constant of one element, or `undefined`. */
export function scalarConstant(graph: Graph, value: Value | undefined): number | undefined {
  if (!value || sizeOf(value.shape) !== 1) return undefined;
  const data = graph.constants.get(value);
  return data === undefined || typeof data === "function" ? undefined : Number(data[0]);
}
