/**
 * Moves factors of channels into the frozen convolution that reads them: both become one weight when the
 * program is prepared. They stand there in the gradient of a convolution with a frozen batch normalisation
 * after it.
 *
 * @module
 */
import { countReaders, findProducers, type Graph, type GraphNode } from "../graph.ts";
import { type GraphBuilder, sameShape } from "../graph_builder.ts";
import type { Value } from "../value.ts";

/** Conv(x · c, w) with c [1, in, 1, 1] → Conv(x, w · c), where w and c are made of constants alone. */
export function fuseChannelScales(build: GraphBuilder): void {
  const { graph } = build;
  const readers = countReaders(graph);
  const producers = findProducers(graph);
  const isFixed = fixedValues(graph);
  const nodes: GraphNode[] = [];
  for (const node of graph.nodes) {
    const [product, weight] = node.inputs;
    const group = node.attributes.group;
    const isWhole = group === undefined || "int" in group && group.int === 1;
    const scaling = node.op === "Conv" && isWhole && isFixed(weight!) &&
      readers.get(product!) === 1 && producers.get(product!);
    const factors = scaling && scaling.op === "Mul"
      ? factorsIn(scaling, product!, isFixed)
      : undefined;
    if (!factors) {
      nodes.push(node);
      continue;
    }
    const spec = { type: weight!.type, shape: weight!.shape };
    const scaled: GraphNode = {
      op: "Mul",
      domain: "",
      inputs: [weight, factors.scale],
      outputs: [build.value(spec)],
      attributes: {},
    };
    nodes.push(scaled, {
      ...node,
      inputs: [factors.maps, scaled.outputs[0], ...node.inputs.slice(2)],
    });
  }
  graph.nodes = nodes;
}

/** What is multiplied, and the factor of each channel. */
function factorsIn(
  { inputs }: GraphNode,
  product: Value,
  isFixed: (value: Value) => boolean,
): { maps: Value; scale: Value } | undefined {
  for (const side of [0, 1]) {
    const [maps, scale] = [inputs[1 - side]!, inputs[side]!];
    if (
      isFixed(scale) && sameShape(scale.shape, [1, product.shape[1], 1, 1]) &&
      sameShape(maps.shape, product.shape)
    ) return { maps, scale };
  }
  return undefined;
}

/** Whether a value is a constant or made of constants alone, so that the runtime computes it once. */
function fixedValues(graph: Graph): (value: Value) => boolean {
  const fixed = new Set<Value>(graph.constants.keys());
  for (const { inputs, outputs } of graph.nodes) {
    if (!inputs.every((input) => !input || fixed.has(input))) continue;
    for (const output of outputs) fixed.add(output);
  }
  return (value) => fixed.has(value);
}
