/**
 * Puts the results of a graph in an order that lets memory go early.
 *
 * @module
 */
import { countReaders, type Graph, type GraphNode } from "../graph.ts";

/**
 * Moves the nodes that no other node reads to the end, the last one first. ONNX Runtime starts from
 * the last such node and computes all that it needs before it looks at the one before it. A step's
 * last results are the gradients of its first layer; taken first, the gradients of all other weights
 * would be computed at the very end, and what they need would be kept until then.
 *
 * A step that recomputes nothing is better off without: in the other order the runtime computes the
 * slopes of activations already in the forward pass, and lets go of what they are made of.
 */
export function orderLeaves(graph: Graph): void {
  const readers = countReaders({ ...graph, outputs: [] });
  const isLeaf = (node: GraphNode) => !node.outputs.some((output) => readers.has(output));
  graph.nodes = [
    ...graph.nodes.filter((node) => !isLeaf(node)),
    ...graph.nodes.filter(isLeaf).reverse(),
  ];
}
