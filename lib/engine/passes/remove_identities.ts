/**
 * Removes arithmetic that changes nothing: products with one, sums with zero, and repetitions
 * whose only readers would repeat the value themselves.
 *
 * @module
 */
import { type Graph, type GraphNode, scalarConstant } from "../graph.ts";
import type { Value } from "../value.ts";
import { broadcastShape, sameShape } from "../graph_builder.ts";
import { replaceValues } from "./rewrite.ts";

const neutral: Readonly<Record<string, number>> = { Mul: 1, Div: 1, Add: 0, Sub: 0 };
const commutative = new Set(["Mul", "Add"]);
const broadcasting = new Set(["Mul", "Add", "Sub", "Div"]);

/** Removes arithmetic that changes nothing. */
export function removeIdentities(graph: Graph): void {
  const replacements = new Map<Value, Value>();
  for (const node of graph.nodes) {
    const kept = unchanged(graph, node);
    if (kept) replacements.set(node.outputs[0], kept);
  }
  replaceValues(graph, replacements);
  skipExpansions(graph);
}

function unchanged(graph: Graph, node: GraphNode): Value | undefined {
  const number = neutral[node.op];
  const [a, b] = node.inputs;
  if (number === undefined || !a || !b) return undefined;
  const { shape, type } = node.outputs[0];
  const same = (value: Value) => value.type === type && sameShape(value.shape, shape);
  if (scalarConstant(graph, b) === number && same(a)) return a;
  if (commutative.has(node.op) && scalarConstant(graph, a) === number && same(b)) return b;
  return undefined;
}

/** An element-wise reader repeats a small operand by itself, if its other operand is whole. */
function skipExpansions(graph: Graph): void {
  const sources = new Map<Value, Value>();
  for (const node of graph.nodes) {
    if (node.op === "Expand") sources.set(node.outputs[0], node.inputs[0]!);
  }
  for (const node of graph.nodes) {
    if (!broadcasting.has(node.op)) continue;
    for (const side of [0, 1]) {
      const source = sources.get(node.inputs[side]!);
      const other = node.inputs[1 - side]!;
      if (source && sameShape(broadcastShape(source.shape, other.shape), node.outputs[0].shape)) {
        node.inputs[side] = source;
      }
    }
  }
}
