/**
 * Gradients of reductions, softmax and matrix products.
 *
 * @module
 */
import { type Tensor, tf } from "../tf.ts";
import { type Gradient, type Recorded, unbroadcast } from "./gradient.ts";

function axesOf({ inputs: [x], attrs }: Recorded): number[] {
  const given = attrs.axis ?? attrs.reductionIndices;
  const axes = Array.isArray(given) && given.length === 0 ? undefined : given;
  return tf.util.parseAxisParam(axes as number | number[], x.shape);
}

/** Puts the folded axes back with size one. */
function unfold(folded: Tensor, recorded: Recorded): Tensor {
  const axes = axesOf(recorded);
  return tf.reshape(folded, recorded.inputs[0].shape.map((dim, i) => axes.includes(i) ? 1 : dim));
}

/** The gradient goes to the elements that are the extreme; equal ones share it. */
const extreme: Gradient = {
  names: ["x"],
  keepsOutput: true,
  by: (dy, recorded) => [() => {
    const [x] = recorded.inputs;
    const chosen = tf.cast(tf.equal(x, unfold(recorded.output, recorded)), "float32");
    const share = tf.div(chosen, tf.sum(chosen, axesOf(recorded), true));
    return tf.mul(share, unfold(dy, recorded));
  }],
};

const product: Gradient = {
  names: ["a", "b"],
  by: (dy, { inputs: [a, b], attrs }) => {
    const { transposeA, transposeB } = attrs as Record<string, boolean>;
    return [
      () =>
        unbroadcast(
          transposeA ? tf.matMul(b, dy, transposeB, true) : tf.matMul(dy, b, false, !transposeB),
          a,
        ),
      () =>
        unbroadcast(
          transposeB ? tf.matMul(dy, a, true, transposeA) : tf.matMul(a, dy, !transposeA, false),
          b,
        ),
    ];
  },
};

/** Gradients of reductions, softmax and matrix products. */
export const folding: Readonly<Record<string, Gradient>> = {
  Sum: {
    names: ["x"],
    by: (dy, recorded) => [() => tf.broadcastTo(unfold(dy, recorded), recorded.inputs[0].shape)],
  },
  Mean: {
    names: ["x"],
    by: (dy, recorded) => [() => {
      const [x] = recorded.inputs;
      const count = axesOf(recorded).reduce((total, axis) => total * x.shape[axis], 1);
      return tf.broadcastTo(tf.mul(unfold(dy, recorded), 1 / count), x.shape);
    }],
  },
  Max: extreme,
  Min: extreme,
  Cumsum: {
    names: ["x"],
    by: (dy, { attrs: { axis, exclusive, reverse } }) => [
      () => tf.cumsum(dy, axis as number, exclusive as boolean, !reverse),
    ],
  },
  Softmax: {
    names: ["logits"],
    keepsOutput: true,
    by: (dy, { output, attrs }) => [() => {
      const weighted = tf.mul(dy, output);
      return tf.sub(weighted, tf.mul(tf.sum(weighted, attrs.dim as number, true), output));
    }],
  },
  BatchMatMul: product,
};
