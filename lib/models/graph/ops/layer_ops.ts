/**
 * Operators with weights, which are layers of the model, and products of two tensors.
 *
 * @module
 */
import { TunebookError } from "../../../core/errors.ts";
import { type Tensor, tf } from "../../../engine/mod.ts";
import type { Layer } from "../../../nn/layer.ts";
import { type GraphOp, type NodeCall, numberIn, tensorAt } from "./node_call.ts";
import { convolution, transposedConvolution } from "./window_ops.ts";

/** Computes a node by its layer. */
type LayerOp = (call: NodeCall, layer: Layer) => Tensor;

function asKind<Kind extends Layer["kind"]>(
  { node }: NodeCall,
  layer: Layer,
  kind: Kind,
): Extract<Layer, { kind: Kind }> {
  if (layer.kind === kind) return layer as Extract<Layer, { kind: Kind }>;
  throw new TunebookError("weights", `${node.op}: the layer ${layer.path} is no ${kind}`);
}

/** x [.., inFeatures] → [.., outFeatures] */
function linear(call: NodeCall, layer: Layer): Tensor {
  const { path, inFeatures, outFeatures, bias = true } = asKind(call, layer, "linear");
  const x = tensorAt(call, 0);
  const last = x.shape.at(-1)!;
  if (last !== inFeatures) {
    throw new TunebookError(
      "unsupported",
      `${path} takes ${inFeatures} numbers and not ${last}: the graph is made for images of one size`,
    );
  }
  if (x.rank === 2) return call.net.linear(path, x, { bias });
  const outer = x.shape.slice(0, -1);
  const rows = tf.reshape(x, [outer.reduce((all, size) => all * size, 1), inFeatures]);
  return tf.reshape(call.net.linear(path, rows, { bias }), [...outer, outFeatures]);
}

/** By operator: those that are given a layer. */
export const layerOps: Readonly<Record<string, LayerOp>> = {
  Conv: (call, layer) => convolution(call, asKind(call, layer, "conv")),
  ConvTranspose: (call, layer) => transposedConvolution(call, asKind(call, layer, "conv")),
  Linear: linear,
  BatchNormalization: (call, layer) =>
    call.net.batchNorm(layer.path, tensorAt(call, 0), numberIn(call, "epsilon", 1e-5)),
  LayerNormalization: (call, layer) =>
    call.net.layerNorm(layer.path, tensorAt(call, 0), numberIn(call, "epsilon", 1e-5)),
  InstanceNormalization: (call, layer) => {
    const { path, width } = asKind(call, layer, "norm");
    return call.net.groupNorm(path, tensorAt(call, 0), width, numberIn(call, "epsilon", 1e-5));
  },
};

/** By operator: products without a weight. */
export const productOps: Readonly<Record<string, GraphOp>> = {
  MatMul: (call) => tf.matMul(tensorAt(call, 0), tensorAt(call, 1)),
  Gemm(call) {
    const [a, b] = [tensorAt(call, 0), tensorAt(call, 1)];
    const of = (name: string) => numberIn(call, name, 0) === 1;
    const product = tf.mul(tf.matMul(a, b, of("transA"), of("transB")), numberIn(call, "alpha", 1));
    return call.inputs[2]
      ? tf.add(product, tf.mul(tensorAt(call, 2), numberIn(call, "beta", 1)))
      : product;
  },
};
