/**
 * Which nodes of a graph multiply in float16, and what they may add.
 *
 * @module
 */
import { float16Limit, floatMovers, movedBy } from "../float_casts.ts";
import type { Constant, Graph, GraphNode } from "../graph.ts";
import { sameShape } from "../graph_builder.ts";
import type { Value } from "../value.ts";

/** Operators that multiply matrices. */
const productNames = new Set(["MatMul", "Gemm", "FusedMatMul", "MatMulNBits", "MatMulBnb4"]);
/**
 * Where a product adds up more numbers than `longSum`, and `narrowing` times as many as it gives columns,
 * it is the gradient of logits times a vocabulary: one number near one and thousands of tiny ones, which
 * float16 loses where a device also adds in float16, as ONNX Runtime's WebGPU provider does.
 */
const longSum = 4096;
const narrowing = 4;

/** Whether a node multiplies matrices in float16. */
export function isHalfProduct(
  { op, inputs: [a], outputs: [y], attributes }: GraphNode,
  graph: Graph,
): boolean {
  if (!productNames.has(op)) return false;
  const { transA } = attributes;
  const isTurned = transA !== undefined && "int" in transA && transA.int === 1;
  const inner = a!.shape.at(isTurned ? -2 : -1)!;
  if (graph.openDims.isOpen(inner)) return true;
  return inner <= longSum || inner <= narrowing * y.shape.at(-1)!;
}

/** Operators on each number whose result is in float16's range where the inputs are, or nearly so. */
export const halfElementwise: ReadonlySet<string> = new Set([
  ...["Add", "Elu", "Erf", "Exp", "LeakyRelu", "Mul", "Neg", "QuickGelu", "Relu", "Sigmoid"],
  ...["Sub", "Tanh"],
]);
/** The smallest number that float16 holds with all of its eleven bits. */
const smallest = 2 ** -14;

/** Whether what a product adds is a weight for each of its columns. */
export function isBias(
  { outputs }: GraphNode,
  summand: Value,
  weights: ReadonlySet<Value>,
): boolean {
  return weights.has(summand) && !sameShape(summand.shape, outputs[0].shape);
}

/** Whether float16 holds a constant; the numbers of a frozen weight are checked when they are read. */
export function fits(numbers: Constant): boolean {
  return typeof numbers === "function" || numbers instanceof Float32Array &&
      numbers.every((each) =>
        each === 0 || Math.abs(each) >= smallest && Math.abs(each) < float16Limit
      );
}

/** Constants, trained weights, and these in another shape; rows of a table are no weights of a product. */
export function weightsIn(graph: Graph, isState: (name: string) => boolean): ReadonlySet<Value> {
  const inputs = graph.inputs.filter(({ name }) => isState(name));
  const constants = [...graph.constants].flatMap(([value, numbers]) =>
    fits(numbers) ? [value] : []
  );
  const weights = new Set<Value>([...constants, ...inputs]);
  for (const node of graph.nodes) {
    if (!floatMovers.has(node.op) || node.op === "Gather") continue;
    if (!movedBy(node).every((value) => weights.has(value))) continue;
    for (const output of node.outputs) weights.add(output);
  }
  return weights;
}
