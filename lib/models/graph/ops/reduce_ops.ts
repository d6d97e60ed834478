/**
 * Operators that make one number of many.
 *
 * @module
 */
import { type Tensor, tf } from "../../../engine/mod.ts";
import { fromFirst, type GraphOp, listIn, type NodeCall, numberIn, tensorAt } from "./node_call.ts";

type Reduce = (x: Tensor, axes: number[] | undefined, keepDims: boolean) => Tensor;

const over = (of: Reduce): GraphOp => (call) =>
  of(tensorAt(call, 0), listIn(call, "axes", 1), numberIn(call, "keepdims", 1) === 1);

/** The axis moved to the end, where softmax works, and back. */
function alongLast(call: NodeCall, of: (x: Tensor) => Tensor): Tensor {
  const x = tensorAt(call, 0);
  const axis = fromFirst(numberIn(call, "axis", -1), x.rank);
  if (axis === x.rank - 1) return of(x);
  const order = x.shape.map((_, i) => i === axis ? x.rank - 1 : i === x.rank - 1 ? axis : i);
  return tf.transpose(of(tf.transpose(x, order)), order);
}

function position(of: (x: Tensor, axis: number) => Tensor): GraphOp {
  return (call) => {
    const x = tensorAt(call, 0);
    const axis = fromFirst(numberIn(call, "axis", 0), x.rank);
    const found = of(x, axis);
    return numberIn(call, "keepdims", 1) === 1 ? tf.reshape(found, x.shape.with(axis, 1)) : found;
  };
}

/** By operator. */
export const reduceOps: Readonly<Record<string, GraphOp>> = {
  ReduceMean: over((x, axes, keeps) => tf.mean(x, axes, keeps)),
  ReduceSum: over((x, axes, keeps) => tf.sum(x, axes, keeps)),
  ReduceMax: over((x, axes, keeps) => tf.max(x, axes, keeps)),
  ReduceMin: over((x, axes, keeps) => tf.min(x, axes, keeps)),
  ReduceProd: over((x, axes, keeps) => tf.prod(x, axes, keeps)),
  ReduceSumSquare: over((x, axes, keeps) => tf.sum(tf.square(x), axes, keeps)),
  ReduceL2: over((x, axes, keeps) => tf.sqrt(tf.sum(tf.square(x), axes, keeps))),
  ArgMax: position((x, axis) => tf.argMax(x, axis)),
  ArgMin: position((x, axis) => tf.argMin(x, axis)),
  Softmax: (call) => alongLast(call, (x) => tf.softmax(x)),
  LogSoftmax: (call) => alongLast(call, (x) => tf.logSoftmax(x)),
};
