/**
 * Moves what is added to each channel of a convolution into it, where the runtime writes it with the product
 * instead of in a pass of its own; the runtime by itself does so for constants alone.
 *
 * @module
 */
import { countReaders, findProducers, type Graph, type GraphNode } from "../graph.ts";
import { sameShape } from "../graph_builder.ts";
import type { Value } from "../value.ts";

const convolutions = new Set(["Conv", "ConvTranspose"]);

/** Conv(x, w) + b, with b [channels] as [1, channels, 1, 1] → Conv(x, w, b). */
export function fuseBiases(graph: Graph): void {
  const readers = countReaders(graph);
  const producers = findProducers(graph);
  const removed = new Set<GraphNode>();
  const biasIn = (value: Value, channels: number): Value | undefined => {
    if (!sameShape(value.shape, [1, channels, 1, 1])) return undefined;
    const node = producers.get(value);
    const source = node?.op === "Reshape" ? node.inputs[0]! : undefined;
    return source && sameShape(source.shape, [channels]) ? source : undefined;
  };
  graph.nodes = graph.nodes.map((node) => {
    if (node.op !== "Add") return node;
    for (const side of [0, 1]) {
      const product = node.inputs[side]!;
      const conv = producers.get(product);
      const isFree = conv !== undefined && convolutions.has(conv.op) && !conv.inputs[2] &&
        readers.get(product) === 1;
      const bias = isFree ? biasIn(node.inputs[1 - side]!, product.shape[1]) : undefined;
      if (!bias) continue;
      removed.add(conv!);
      const fused = { ...conv!, inputs: [...conv!.inputs, bias], outputs: node.outputs };
      producers.set(node.outputs[0], fused);
      return fused;
    }
    return node;
  });
  graph.nodes = graph.nodes.filter((node) => !removed.has(node));
}
