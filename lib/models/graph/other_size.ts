/**
 * Rewrites what a graph says of one size of image alone, so that it fits images of others.
 *
 * @module
 */
import type { GraphModel, ModelNode, NodeConstant } from "./graph_model.ts";

type Shapes = ReadonlyMap<string, readonly number[]>;

/**
 * The same graph for any size: sizes of resized maps become scales, means over a whole map become global, and
 * shapes that join height and width say so.
 *
 * @param shapes those that the graph's tensors have at its own size
 */
export function forOtherSizes(graph: GraphModel, shapes: Shapes): GraphModel {
  const constants: Record<string, NodeConstant> = { ...graph.constants };
  const nodes = graph.nodes.map((node): ModelNode => {
    const [x] = node.inputs;
    const from = shapes.get(x);
    if (!from) return node;
    switch (node.op) {
      case "Resize":
        return scaled(node, from, constants);
      case "AveragePool":
        return pooled(node, from, shapes.get(node.outputs[0]));
      case "Reshape":
        return reshaped(node, { from, to: shapes.get(node.outputs[0]) }, constants);
    }
    return node;
  });
  return { ...graph, nodes, constants };
}

/** A size that is known becomes what it is of the map. */
function scaled(
  node: ModelNode,
  from: readonly number[],
  constants: Readonly<Record<string, NodeConstant>>,
): ModelNode {
  const sizes = constants[node.inputs[3]];
  if (!sizes || from.length !== 4) return node;
  const scales = [2, 3].map((axis) => sizes.data.at(axis - 4)! / from[axis]);
  const attributes = { ...node.attributes, scales: [1, 1, ...scales] };
  return { ...node, inputs: [node.inputs[0]], attributes };
}

/** A window that sees the whole map sees any map as a whole. */
function pooled(node: ModelNode, from: readonly number[], to?: readonly number[]): ModelNode {
  const kernel = node.attributes?.kernel_shape;
  const isWhole = Array.isArray(kernel) && from.length === 4 && to !== undefined &&
    kernel[0] === from[2] && kernel[1] === from[3] && to[2] === 1 && to[3] === 1;
  const { op: _, attributes: __, ...rest } = node;
  return isWhole ? { op: "GlobalAveragePool", ...rest } : node;
}

/**
 * A shape that keeps the batch, and whose size that height and width were joined to is the one that is left: what
 * else is said of it stays as it is.
 */
function reshaped(
  node: ModelNode,
  { from, to }: { readonly from: readonly number[]; readonly to: readonly number[] | undefined },
  constants: Record<string, NodeConstant>,
): ModelNode {
  const target = constants[node.inputs[1]];
  if (!target || from.length !== 4 || to?.[0] !== from[0]) return node;
  const joined = joinedSizes(from);
  const at = to.findIndex((size, axis) => axis > 0 && joined.includes(size));
  const sizes = to.map((size, axis) => axis === 0 ? 0 : axis === at ? -1 : size);
  const name = `${node.outputs[0]} for any size`;
  constants[name] = { ...target, shape: [sizes.length], data: sizes };
  return { ...node, inputs: [node.inputs[0], name] };
}

/** What height and width may have been joined to, with channels first or last. */
function joinedSizes([, a, b, c]: readonly number[]): number[] {
  return [b * c, a * b, a * b * c];
}
