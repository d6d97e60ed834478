/**
 * What an operator of a graph is given: tensors, or numbers that are known while the program is made.
 *
 * @module
 */
import { TunebookError } from "../../../core/errors.ts";
import { type Tensor, tf } from "../../../engine/mod.ts";
import type { Net } from "../../../nn/net.ts";
import type { ModelNode, NodeConstant } from "../graph_model.ts";

/** A tensor, or numbers that are known before it is computed, such as sizes. */
export type NodeValue = Tensor | NodeConstant;

/** One call. */
export interface NodeCall {
  readonly node: ModelNode;
  /** In the order of the node; undefined where an optional one is missing. */
  readonly inputs: readonly (NodeValue | undefined)[];
  readonly net: Net;
}

/** Computes what a node gives. */
export type GraphOp = (call: NodeCall) => NodeValue | NodeValue[];

/** Whether a value is numbers that are known. */
export function isKnown(value: NodeValue | undefined): value is NodeConstant {
  return value !== undefined && "data" in value && Array.isArray(value.data);
}

const tensorTypes = { float: "float32", int: "int32", bool: "bool" } as const;

/** A value as a tensor. */
export function tensorOf(value: NodeValue): Tensor {
  if (!isKnown(value)) return value;
  const data = value.type === "bool" ? value.data.map(Number) : [...value.data];
  return tf.tensor(data, [...value.shape], tensorTypes[value.type]);
}

/** The input at an index, as a tensor. */
export function tensorAt({ node, inputs }: NodeCall, index: number): Tensor {
  const value = inputs[index];
  if (value) return tensorOf(value);
  throw new TunebookError("weights", `${node.op} lacks its input ${index}`);
}

/** An attribute that is a number. */
export function numberIn({ node }: NodeCall, name: string, fallback: number): number {
  const value = node.attributes?.[name];
  return typeof value === "number" ? value : fallback;
}

/** An attribute that is a text. */
export function textIn({ node }: NodeCall, name: string, fallback: string): string {
  const value = node.attributes?.[name];
  return typeof value === "string" ? value : fallback;
}

/**
 * A list of numbers that older operator sets have as the attribute `name` and newer ones as the input at
 * `index`; undefined where there is neither.
 */
export function listIn(call: NodeCall, name: string, index?: number): number[] | undefined {
  const { node, inputs } = call;
  const value = node.attributes?.[name];
  if (Array.isArray(value)) return value as number[];
  if (typeof value === "number") return [value];
  const input = index === undefined ? undefined : inputs[index];
  if (input === undefined) return undefined;
  if (isKnown(input)) return [...input.data];
  throw new TunebookError(
    "unsupported",
    `${node.op} (${node.outputs[0]}) takes ${name} from what the graph computes out of the image`,
  );
}

/** An axis, or an index, counted from the first one; one that there is not is an error. */
export function fromFirst(axis: number, rank: number): number {
  const own = axis < 0 ? axis + rank : axis;
  if (own >= 0 && own < rank) return own;
  throw new TunebookError("weights", `there is no axis or index ${axis} of ${rank}`);
}
