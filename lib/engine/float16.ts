/**
 * Lets an exported graph hold its matrices and its caches in float16, for readers with half the memory and
 * for graphics processors, which multiply such numbers faster.
 *
 * Products and what only moves their numbers are float16; norms, softmax, sums and the results stay in
 * float32, as in mixed-precision training (Micikevicius et al., arXiv 1710.03740): squares and exponentials
 * would leave float16's range.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import {
  float16Limit,
  FloatCasts,
  floatMovers,
  movedBy,
  retype,
  withSumApart,
} from "./float_casts.ts";
import type { Graph, GraphNode } from "./graph.ts";
import { removeDead } from "./passes/rewrite.ts";

/** Operators that multiply; all their numbers become float16. */
const products = new Set(["MatMul", "Gemm", "MatMulNBits"]);

/**
 * Changes a graph of float32 in place. Inputs and outputs whose name `isHalf` says so are float16
 * afterwards, such as the caches of a decoder. Throws an error of kind "output", when the numbers are read,
 * for a tensor that float16 does not hold.
 */
export function toFloat16(graph: Graph, isHalf: (name: string) => boolean): void {
  const casts = new FloatCasts(graph, beyond);
  for (const input of graph.inputs) if (isHalf(input.name)) retype(input, "float16");
  for (const node of graph.nodes.flatMap((node) => splitSum(graph, node))) {
    const inHalf = products.has(node.op) || floatMovers.has(node.op) && movesHalf(graph, node);
    // A size is read without the numbers.
    if (node.op !== "Shape") {
      const type = inHalf ? "float16" : "float32";
      node.inputs = node.inputs.map((value) => value && casts.as(type, value));
    }
    casts.add(node);
    if (!inHalf) continue;
    for (const output of node.outputs) if (output.type === "float32") retype(output, "float16");
  }
  for (const output of graph.outputs) {
    output.value = casts.as(isHalf(output.name) ? "float16" : "float32", output.value);
  }
  graph.nodes = casts.nodes;
  removeDead(graph);
}

/** What a model's layers sum onto grows from one to the next, and stays in float32. */
function splitSum({ constants }: Graph, node: GraphNode): GraphNode[] {
  const summand = node.inputs[2];
  return summand && constants.has(summand) ? [node] : withSumApart(node);
}

/** Whether what a node moves is float16, or a weight, which only products read. */
function movesHalf({ constants }: Graph, node: GraphNode): boolean {
  const moved = movedBy(node);
  if (moved.some(({ type }) => type === "float16")) return true;
  return moved.every((value) => typeof constants.get(value) === "function") &&
    moved.every(({ type }) => type === "float32");
}

function beyond(name: string, number: number): TunebookError {
  return new TunebookError(
    "output",
    `tensor "${name}" holds ${number}, and float16's numbers end below ${float16Limit}; write float32, q8 or q4`,
  );
}
