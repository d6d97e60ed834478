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

/**
 * Conv(x · c, w) with c [1, in, 1, 1] → Conv(x, w · c), where w and c are made of constants alone; transposed
 * convolutions and those of single channels have the channels of x on their weight's first axis.
 */
export function fuseChannelScales(build: GraphBuilder): void {
  const { graph } = build;
  const readers = countReaders(graph);
  const producers = findProducers(graph);
  const isFixed = fixedValues(graph);
  graph.nodes = graph.nodes.flatMap((node) => {
    const [product, weight] = node.inputs;
    const axis = channelAxis(node);
    const scaling = axis !== undefined && isFixed(weight!) && readers.get(product!) === 1 &&
      producers.get(product!);
    const factors = scaling && scaling.op === "Mul"
      ? factorsIn(scaling, product!, isFixed)
      : undefined;
    if (!factors) return [node];
    const turned = axis === 0 ? firstAxis(build, factors.scale) : undefined;
    const scale = turned?.outputs[0] ?? factors.scale;
    const scaled = plainNode("Mul", [weight!, scale], build.value(weight!));
    const inputs = [factors.maps, scaled.outputs[0], ...node.inputs.slice(2)];
    return [...turned ? [turned] : [], scaled, { ...node, inputs }];
  });
}

/** Which axis of a convolution's weight the channels of its maps lie on; none where they are in groups. */
function channelAxis(
  { op, inputs: [x, weight], attributes: { group } }: GraphNode,
): 0 | 1 | undefined {
  if (op === "ConvTranspose") return 0;
  if (op !== "Conv") return undefined;
  const groups = group !== undefined && "int" in group ? group.int : 1;
  if (groups === 1) return 1;
  const channels = x!.shape[1];
  return groups === channels && weight!.shape[0] === channels ? 0 : undefined;
}

/** [1, channels, 1, 1] → [channels, 1, 1, 1] */
function firstAxis(build: GraphBuilder, scale: Value): GraphNode {
  const shape = [scale.shape[1], 1, 1, 1];
  return plainNode("Reshape", [scale, build.ints(shape)], build.value({ type: scale.type, shape }));
}

function plainNode(op: string, inputs: readonly Value[], output: Value): GraphNode {
  return { op, domain: "", inputs: [...inputs], outputs: [output], attributes: {} };
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
