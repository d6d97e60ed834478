/**
 * Runs a graph of operators as a model: its nodes are called one after the other.
 *
 * @module
 */
import { messageOf, mistakes, TunebookError } from "../../core/errors.ts";
import { type Tensor, tf } from "../../engine/mod.ts";
import type { Net } from "../../nn/net.ts";
import type { GraphModel, ModelNode } from "./graph_model.ts";
import { elementwiseOps } from "./ops/elementwise_ops.ts";
import { knownOps } from "./ops/known_ops.ts";
import { layerOps, productOps } from "./ops/layer_ops.ts";
import { layoutOps } from "./ops/layout_ops.ts";
import { type GraphOp, isKnown, type NodeCall, type NodeValue, tensorOf } from "./ops/node_call.ts";
import { reduceOps } from "./ops/reduce_ops.ts";
import { resized } from "./ops/resize_op.ts";
import { windowOps } from "./ops/window_ops.ts";

const plainOps: Readonly<Record<string, GraphOp>> = {
  ...elementwiseOps,
  ...productOps,
  ...windowOps,
  ...layoutOps,
  ...reduceOps,
  Resize: resized,
  Upsample: resized,
};

/** Whether there is an operator for a node. */
export function isSupported({ op, layer }: Pick<ModelNode, "op" | "layer">): boolean {
  if (layer !== undefined) return Object.hasOwn(layerOps, op);
  return Object.hasOwn(plainOps, op) || Object.hasOwn(knownOps, op);
}

/**
 * Refuses operators that are missing, all of them in one error of kind "unsupported".
 *
 * @param where the graph's file
 */
export function checkOperators(where: string, nodes: readonly ModelNode[]): void {
  const missing = new Map<string, string[]>();
  for (const node of nodes) {
    if (isSupported(node)) continue;
    const isWeightless = Object.hasOwn(layerOps, node.op) && node.layer === undefined;
    const name = isWeightless ? `${node.op} with weights that it computes` : node.op;
    missing.set(name, [...missing.get(name) ?? [], node.outputs[0]]);
  }
  if (missing.size === 0) return;
  throw mistakes(
    "unsupported",
    `${where} has operators that cannot be trained; head: { at: "tensor" } before them leaves them out:`,
    [...missing].map(([op, [first, ...others]]) =>
      `${op} (${first}${others.length > 0 ? ` and ${others.length} more` : ""})`
    ),
    missing.size,
  );
}

/** How a graph is run. */
export interface RunGraphOptions {
  /** Is told what each node gives. */
  readonly found?: (name: string, value: NodeValue) => void;
  /** True to go on where a node cannot be computed, without what depends on it. */
  readonly skips?: boolean;
}

/**
 * Computes tensors of a graph.
 *
 * @param pixels [batch, channels, height, width]
 * @param wanted names of tensors; what none of them depends on should not be among the nodes
 * @returns a tensor for each name; where nodes are skipped, those that there are
 */
export function runGraph(
  net: Net,
  graph: GraphModel,
  pixels: Tensor,
  wanted: readonly string[],
  { found, skips = false }: RunGraphOptions = {},
): (Tensor | undefined)[] {
  const values = new Map<string, NodeValue>(Object.entries(graph.constants));
  const { name, channelsLast } = graph.input;
  values.set(name, channelsLast ? tf.transpose(pixels, [0, 2, 3, 1]) : pixels);
  const layers = new Map(graph.layers.map((layer) => [layer.path, layer]));
  const valueOf = (name: string) => {
    if (Object.hasOwn(graph.tensors, name)) return net.tensor(graph.tensors[name]);
    return values.get(name);
  };
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => name === "" ? undefined : valueOf(name));
    const lacking = node.inputs.find((name, at) => name !== "" && inputs[at] === undefined);
    if (skips && (lacking !== undefined || !isSupported(node))) continue;
    try {
      if (lacking !== undefined) {
        throw new TunebookError("weights", `nothing before it gives its input "${lacking}"`);
      }
      const made = computed({ node, inputs, net }, layers);
      [made].flat().forEach((value, at) => {
        const output = node.outputs[at];
        if (!output) return;
        values.set(output, value);
        found?.(output, value);
      });
    } catch (error) {
      if (!skips) throw inNode(error, node);
    }
  }
  return wanted.map((name) => {
    const value = valueOf(name);
    return value && tensorOf(value);
  });
}

function computed(call: NodeCall, layers: ReadonlyMap<string, GraphModel["layers"][number]>) {
  const { node, inputs } = call;
  if (node.layer !== undefined) return layerOps[node.op](call, layers.get(node.layer)!);
  const own = knownOps[node.op];
  const given = inputs.filter((input) => input !== undefined);
  if (own && given.length > 0 && given.every(isKnown)) {
    const known = own(call, given);
    if (known) return known;
  }
  if (Object.hasOwn(plainOps, node.op)) return plainOps[node.op](call);
  throw new TunebookError("unsupported", "it depends on the image, and not on sizes alone");
}

/**
 * An error that says which node it is of; tensorflow.js' own become one of kind "unsupported", and those of
 * JavaScript, which come of inputs and settings that are not there, one of kind "weights".
 */
function inNode(error: unknown, { op, outputs }: ModelNode): unknown {
  if (error instanceof TypeError || error instanceof RangeError) {
    return new TunebookError(
      "weights",
      `${op} (${outputs[0]}): its inputs or settings make no sense; is the file damaged?`,
      { cause: error },
    );
  }
  const message = messageOf(error);
  // What the trace says of kernels that are missing is completed there.
  if (message.includes(outputs[0]) || /kernel/i.test(message)) return error;
  const kind = error instanceof TunebookError ? error.kind : "unsupported";
  return new TunebookError(kind, `${op} (${outputs[0]}): ${message}`, { cause: error });
}
