/**
 * Operators that move numbers without changing them.
 *
 * @module
 */
import { TunebookError } from "../../../core/errors.ts";
import { type Tensor, tf } from "../../../engine/mod.ts";
import {
  fromFirst,
  type GraphOp,
  isKnown,
  listIn,
  type NodeCall,
  type NodeValue,
  numberIn,
  tensorAt,
  tensorOf,
  textIn,
} from "./node_call.ts";

const product = (sizes: readonly number[]) => sizes.reduce((all, size) => all * size, 1);

/**
 * The shape that a Reshape makes: 0 keeps a size, -1 is what is left. A graph that was exported for one image
 * says 1 for the batch.
 */
function targetShape(call: NodeCall, x: Tensor): number[] {
  const target = listIn(call, "shape", 1)!;
  const keepsZero = numberIn(call, "allowzero", 0) === 0;
  const kept = target.map((size, axis) => size === 0 && keepsZero ? x.shape[axis]! : size);
  const all = product(x.shape);
  const filled = (shape: readonly number[]) => {
    const rest = all / product(shape.filter((size) => size !== -1));
    return shape.map((size) => size === -1 ? rest : size);
  };
  const batch = x.shape[0];
  const ofBatch = kept[0] === 1 && batch !== 1 ? filled([batch, ...kept.slice(1)]) : undefined;
  const isWhole = (shape: number[] | undefined): shape is number[] =>
    shape !== undefined && shape.every(Number.isSafeInteger) && product(shape) === all;
  // Behind heads of attention that were counted with the images, the first size is a multiple of these.
  const ofImages = kept[0] === 1 && !kept.includes(-1) ? filled(kept.with(0, -1)) : undefined;
  const shapes = [ofBatch, filled(kept), ofImages];
  const found = shapes.find(isWhole);
  if (found) return found;
  throw new TunebookError(
    "unsupported",
    `Reshape (${
      call.node.outputs[0]
    }) makes [${target}] of [${x.shape}], which does not fit: the graph ` +
      "is made for images of one size",
  );
}

function squeezed(call: NodeCall): Tensor {
  const x = tensorAt(call, 0);
  const axes = listIn(call, "axes", 1)?.map((axis) => fromFirst(axis, x.rank));
  const keeps = (size: number, axis: number) => axes ? !axes.includes(axis) : size !== 1;
  return tf.reshape(x, x.shape.filter(keeps));
}

function unsqueezed(call: NodeCall): Tensor {
  const x = tensorAt(call, 0);
  const axes = listIn(call, "axes", 1)!;
  const rank = x.rank + axes.length;
  const shape = [...x.shape];
  for (const axis of axes.map((axis) => fromFirst(axis, rank)).sort((a, b) => a - b)) {
    shape.splice(axis, 0, 1);
  }
  return tf.reshape(x, shape);
}

function split(call: NodeCall): Tensor[] {
  const x = tensorAt(call, 0);
  const axis = fromFirst(numberIn(call, "axis", 0), x.rank);
  const sizes = listIn(call, "split", 1);
  return tf.split(x, sizes ?? call.node.outputs.length, axis);
}

function sliced(call: NodeCall): Tensor {
  const x = tensorAt(call, 0);
  const [starts, ends] = [listIn(call, "starts", 1)!, listIn(call, "ends", 2)!];
  const axes = (listIn(call, "axes", 3) ?? starts.map((_, i) => i))
    .map((axis) => fromFirst(axis, x.rank));
  const steps = listIn(call, "steps", 4) ?? axes.map(() => 1);
  const [begin, size, stride] = [x.shape.map(() => 0), [...x.shape], x.shape.map(() => 1)];
  axes.forEach((axis, i) => {
    const count = x.shape[axis];
    const clamped = (at: number) => Math.max(0, Math.min(count, at < 0 ? at + count : at));
    if (steps[i] < 1) throw new TunebookError("unsupported", `Slice with the step ${steps[i]}`);
    begin[axis] = clamped(starts[i]);
    size[axis] = Math.max(0, clamped(ends[i]) - begin[axis]);
    stride[axis] = steps[i];
  });
  const isWhole = begin.every((at, axis) => at === 0 && size[axis] === x.shape[axis]);
  return stride.reduce(everyOf, isWhole ? x : tf.slice(x, begin, size));
}

/** Each `step`-th row of an axis, out of ops that have gradients. */
function everyOf(x: Tensor, step: number, axis: number): Tensor {
  if (step === 1) return x;
  const count = Math.ceil(x.shape[axis] / step);
  const missing = count * step - x.shape[axis];
  const whole = tf.pad(x, x.shape.map((_, i): [number, number] => [0, i === axis ? missing : 0]));
  const [before, after] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)];
  const apart = tf.reshape(whole, [...before, count, step, ...after]);
  const firsts = tf.slice(apart, apart.shape.map(() => 0), [...before, count, 1, ...after]);
  return tf.reshape(firsts, [...before, count, ...after]);
}

function padded(call: NodeCall): Tensor {
  const x = tensorAt(call, 0);
  const pads = listIn(call, "pads", 1)!;
  const axes = listIn(call, "axes", 3) ?? x.shape.map((_, axis) => axis);
  const each = x.shape.map((): [number, number] => [0, 0]);
  axes.forEach((axis, i) => {
    each[fromFirst(axis, x.rank)] = [pads[i], pads[i + axes.length]];
  });
  const value = call.inputs[2];
  const constant = isKnown(value) ? value.data[0] : numberIn(call, "value", 0);
  const mode = textIn(call, "mode", "constant");
  if (each.every(([low, high]) => low === 0 && high === 0)) return x;
  if (mode === "constant" && each.flat().every((rows) => rows >= 0)) {
    return tf.pad(x, each, constant);
  }
  if (mode === "reflect") return each.reduce(reflected, x);
  throw new TunebookError("unsupported", `Pad (${call.node.outputs[0]}) with the mode ${mode}`);
}

/** The rows next to the ends of an axis, in the other order, around it. */
function reflected(x: Tensor, [low, high]: readonly [number, number], axis: number): Tensor {
  const size = x.shape[axis];
  if (low < 0 || high < 0 || Math.max(low, high) >= size) {
    throw new TunebookError("unsupported", `a reflection of ${low} and ${high} of ${size} rows`);
  }
  const rowAt = (at: number) => {
    const begin = x.shape.map((_, i) => i === axis ? at : 0);
    return tf.slice(x, begin, x.shape.map((all, i) => i === axis ? 1 : all));
  };
  const before = Array.from({ length: low }, (_, i) => rowAt(low - i));
  const after = Array.from({ length: high }, (_, i) => rowAt(size - 2 - i));
  return low + high === 0 ? x : tf.concat([...before, x, ...after], axis);
}

function gathered(call: NodeCall): Tensor {
  const x = tensorAt(call, 0);
  const axis = fromFirst(numberIn(call, "axis", 0), x.rank);
  const indices = call.inputs[1]!;
  const isOne = isKnown(indices) && indices.data.length === 1;
  if (!isOne) return tf.gather(x, tf.cast(tensorAt(call, 1), "int32"), axis);
  const [at] = indices.data;
  const begin = x.shape.map((_, i) => i === axis ? fromFirst(at, x.shape[axis]) : 0);
  const one = tf.slice(x, begin, x.shape.map((size, i) => i === axis ? 1 : size));
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
  return tf.reshape(one, shape);
}

/** Blocks of channels become rows and columns; `back` is the other way round. */
function depthToSpace(call: NodeCall, back: boolean): Tensor {
  const x = tensorAt(call, 0);
  const [n, channels, height, width] = x.shape as [number, number, number, number];
  const block = numberIn(call, "blocksize", 2);
  if (back) {
    const apart = [n, channels, height / block, block, width / block, block];
    const moved = tf.transpose(tf.reshape(x, apart), [0, 3, 5, 1, 2, 4]);
    return tf.reshape(moved, [n, channels * block * block, height / block, width / block]);
  }
  const less = channels / block ** 2;
  const isDcr = textIn(call, "mode", "DCR") === "DCR";
  const apart = isDcr
    ? [n, block, block, less, height, width]
    : [n, less, block, block, height, width];
  const order = isDcr ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3];
  return tf.reshape(tf.transpose(tf.reshape(x, apart), order), [
    n,
    less,
    height * block,
    width * block,
  ]);
}

/** Tensors that a graph has once, for the one image that it was made for, beside those of each image. */
function ofOneBatch(tensors: readonly Tensor[]): Tensor[] {
  const batch = tensors.find(({ shape }) => shape[0] !== 1)?.shape[0];
  if (batch === undefined) return [...tensors];
  return tensors.map((each) =>
    each.shape[0] === 1 && each.dtype === "float32"
      ? tf.mul(each, tf.ones([batch, ...each.shape.slice(1).map(() => 1)]))
      : each
  );
}

function expanded(call: NodeCall): Tensor {
  const x = tensorAt(call, 0);
  const target = listIn(call, "shape", 1)!;
  return tf.mul(x, tf.ones(target, x.dtype as "float32"));
}

function flattened(call: NodeCall): Tensor {
  const x = tensorAt(call, 0);
  const axis = fromFirst(numberIn(call, "axis", 1), x.rank);
  return tf.reshape(x, [product(x.shape.slice(0, axis)), product(x.shape.slice(axis))]);
}

function shapeOf(call: NodeCall): NodeValue {
  const value = call.inputs[0]!;
  const end = call.node.attributes?.end as number | undefined;
  const sizes = [...value.shape].slice(numberIn(call, "start", 0), end);
  return { shape: [sizes.length], type: "int", data: sizes };
}

/** By operator. */
export const layoutOps: Readonly<Record<string, GraphOp>> = {
  Reshape(call) {
    const x = tensorAt(call, 0);
    return tf.reshape(x, targetShape(call, x));
  },
  Flatten: flattened,
  Squeeze: squeezed,
  Unsqueeze: unsqueezed,
  Transpose(call) {
    const x = tensorAt(call, 0);
    return tf.transpose(x, listIn(call, "perm"));
  },
  Concat({ inputs, node }) {
    const tensors = inputs.map((each) => tensorOf(each!));
    const axis = fromFirst(node.attributes?.axis as number ?? 0, tensors[0].rank);
    return tf.concat(axis === 0 ? tensors : ofOneBatch(tensors), axis);
  },
  Split: split,
  Slice: sliced,
  Pad: padded,
  Gather: gathered,
  Expand: expanded,
  Tile: (call) => tf.tile(tensorAt(call, 0), listIn(call, "repeats", 1)!),
  DepthToSpace: (call) => depthToSpace(call, false),
  SpaceToDepth: (call) => depthToSpace(call, true),
  Shape: shapeOf,
  ConstantOfShape(call) {
    const shape = listIn(call, "shape", 0)!;
    return tf.fill(shape, numberIn(call, "value", 0));
  },
};
