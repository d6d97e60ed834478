/**
 * Gradients of the kernels that move elements.
 *
 * @module
 */
import { type Tensor, tf } from "../tf.ts";
import type { Gradient } from "./gradient.ts";

const back: Gradient["by"] = (dy, { inputs: [x] }) => [() => tf.reshape(dy, x.shape)];

/** Gradients of the kernels that move elements and have a fixed number of inputs. */
export const moving: Readonly<Record<string, Gradient>> = {
  Reshape: { names: ["x"], by: back },
  ExpandDims: { names: ["input"], by: back },
  Transpose: {
    names: ["x"],
    by: (dy, { attrs }) => [
      () => tf.transpose(dy, tf.backend_util.getUndoAxesPermutation(attrs.perm as number[])),
    ],
  },
  Slice: {
    names: ["x"],
    by: (dy, { inputs: [x], attrs }) => [() => {
      const begin = [attrs.begin].flat() as number[];
      const around = x.shape.map((dim, axis): [number, number] => {
        const low = begin[axis] ?? 0;
        return [low, dim - low - dy.shape[axis]];
      });
      return tf.pad(dy, around);
    }],
  },
  PadV2: {
    names: ["x"],
    by: (dy, { inputs: [x], attrs }) => [() => {
      const low = (attrs.paddings as [number, number][]).map(([before]) => before);
      return tf.slice(dy, low, x.shape);
    }],
  },
  Tile: {
    names: ["x"],
    by: (dy, { inputs: [x], attrs }) => [() => {
      const reps = attrs.reps as number[];
      const whole = x.shape.flatMap((dim, axis) => [reps[axis], dim]);
      const repeated = x.shape.map((_, axis) => 2 * axis);
      return tf.sum(tf.reshape(dy, whole), repeated);
    }],
  },
  Reverse: {
    names: ["x"],
    by: (dy, { attrs }) => [() => tf.reverse(dy, attrs.dims as number[])],
  },
  GatherV2: {
    names: ["x", "indices"],
    by: (dy, { inputs: [x, indices], attrs }) => [
      () => {
        const axis = tf.util.parseAxisParam(attrs.axis as number, x.shape)[0];
        const moved = [axis, ...x.shape.map((_, i) => i).filter((i) => i !== axis)];
        const flat = tf.reshape(dy, [
          ...x.shape.slice(0, axis),
          -1,
          ...x.shape.slice(axis + 1),
        ]);
        const rows = tf.transpose(flat, moved);
        const ids = tf.reshape(indices, [-1]) as Tensor & { rank: 1 };
        const summed = tf.unsortedSegmentSum(rows, ids as never, x.shape[axis]);
        return tf.transpose(summed, tf.backend_util.getUndoAxesPermutation(moved));
      },
      () => tf.zerosLike(indices),
    ],
  },
  UnsortedSegmentSum: {
    names: ["x", "segmentIds"],
    by: (dy, { inputs: [, ids] }) => [
      () => tf.gather(dy, tf.cast(ids, "int32")),
      () => tf.zerosLike(ids),
    ],
  },
  Unpack: {
    names: ["value"],
    by: (dy, { attrs }) => [() => tf.stack(dy as unknown as Tensor[], attrs.axis as number)],
  },
  SplitV: {
    names: ["x"],
    by: (dy, { attrs }) => [() => tf.concat(dy as unknown as Tensor[], attrs.axis as number)],
  },
};

/** Registers the gradients of kernels that take a list of tensors. */
export function registerJoins(): void {
  tf.registerGradient({
    kernelName: "Concat",
    saveAllInputs: true,
    gradFunc: (dy, inputs, { axis }) => {
      const at = tf.util.parseAxisParam(axis as number, inputs[0].shape)[0];
      let start = 0;
      const parts = inputs.map((input) => {
        const begin = input.shape.map((_, i) => i === at ? start : 0);
        start += input.shape[at];
        return () => tf.slice(dy as Tensor, begin, input.shape);
      });
      return { ...parts } as unknown as Record<string, () => Tensor>;
    },
  });
  tf.registerGradient({
    kernelName: "Pack",
    saveAllInputs: true,
    gradFunc: (dy, inputs, { axis }) => {
      const at = (axis as number) < 0 ? (axis as number) + inputs[0].rank + 1 : axis as number;
      const parts = inputs.map((input, i) => () => {
        const whole = (dy as Tensor).shape;
        const begin = whole.map((_, dim) => dim === at ? i : 0);
        return tf.reshape(tf.slice(dy as Tensor, begin, whole.with(at, 1)), input.shape);
      });
      return { ...parts } as unknown as Record<string, () => Tensor>;
    },
  });
}
