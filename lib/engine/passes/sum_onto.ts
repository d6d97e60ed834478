/**
 * Adds scattered rows to the matrix that they are summed with, instead of to zeros first: a word table
 * that is read as a table and as a head has two gradients of its size, one of which is mostly zeros.
 *
 * @module
 */
import {
  countReaders,
  findProducers,
  type Graph,
  type GraphNode,
  scalarConstant,
} from "../graph.ts";
import type { Value } from "../value.ts";
import { sameShape } from "../graph_builder.ts";

const isSum = ({ attributes: { reduction } }: GraphNode) =>
  reduction !== undefined && "text" in reduction && reduction.text === "add";

/** A + (zeros with rows added) → A with rows added. */
export function sumOnto(graph: Graph): void {
  const readers = countReaders(graph);
  const producers = findProducers(graph);
  const isZeros = (value: Value | undefined) => {
    const node = value && producers.get(value);
    return node?.op === "Expand" && scalarConstant(graph, node.inputs[0]) === 0;
  };
  const removed = new Set<GraphNode>();
  graph.nodes = graph.nodes.map((node) => {
    if (node.op !== "Add") return node;
    for (const side of [0, 1]) {
      const rows = node.inputs[side]!;
      const other = node.inputs[1 - side]!;
      const scatter = producers.get(rows);
      const fits = scatter?.op === "ScatterElements" && isSum(scatter) && readers.get(rows) === 1 &&
        isZeros(scatter.inputs[0]) && sameShape(other.shape, rows.shape);
      if (!fits) continue;
      removed.add(scatter);
      const onto: GraphNode = {
        ...scatter,
        inputs: [other, ...scatter.inputs.slice(1)],
        outputs: node.outputs,
      };
      producers.set(node.outputs[0], onto);
      return onto;
    }
    return node;
  });
  graph.nodes = graph.nodes.filter((node) => !removed.has(node));
}
