/**
 * Gradients of the element-wise kernels.
 *
 * @module
 */
import { type Tensor, tf } from "../tf.ts";
import { type Gradient, type Recorded, unbroadcast } from "./gradient.ts";

type Partial = (dy: Tensor, recorded: Recorded) => Tensor;

/** Two operands that broadcast. */
function binary(byA: Partial, byB: Partial): Gradient {
  return {
    names: ["a", "b"],
    by: (dy, recorded) => [
      () => unbroadcast(byA(dy, recorded), recorded.inputs[0]),
      () => unbroadcast(byB(dy, recorded), recorded.inputs[1]),
    ],
  };
}

/** One operand, its gradient from the input. */
function unary(by: (dy: Tensor, x: Tensor, recorded: Recorded) => Tensor): Gradient {
  return { names: ["x"], by: (dy, recorded) => [() => by(dy, recorded.inputs[0], recorded)] };
}

/** One operand, its gradient from the output. */
function fromOutput(by: (dy: Tensor, y: Tensor) => Tensor): Gradient {
  return { names: ["x"], keepsOutput: true, by: (dy, { output }) => [() => by(dy, output)] };
}

const flat = unary((_dy, x) => tf.zerosLike(x));
const mask = (condition: Tensor) => tf.cast(condition, "float32");

/** Gradients of the element-wise kernels. */
export const elementwiseGradients: Readonly<Record<string, Gradient>> = {
  Add: binary((dy) => dy, (dy) => dy),
  Sub: binary((dy) => dy, (dy) => tf.neg(dy)),
  Multiply: binary(
    (dy, { inputs: [, b] }) => tf.mul(dy, b),
    (dy, { inputs: [a] }) => tf.mul(dy, a),
  ),
  RealDiv: binary(
    (dy, { inputs: [, b] }) => tf.div(dy, b),
    (dy, { inputs: [a, b] }) => tf.neg(tf.div(tf.mul(dy, a), tf.square(b))),
  ),
  Maximum: binary(
    (dy, { inputs: [a, b] }) => tf.mul(dy, mask(tf.greaterEqual(a, b))),
    (dy, { inputs: [a, b] }) => tf.mul(dy, mask(tf.less(a, b))),
  ),
  Minimum: binary(
    (dy, { inputs: [a, b] }) => tf.mul(dy, mask(tf.lessEqual(a, b))),
    (dy, { inputs: [a, b] }) => tf.mul(dy, mask(tf.greater(a, b))),
  ),
  SquaredDifference: binary(
    (dy, { inputs: [a, b] }) => tf.mul(dy, tf.mul(tf.sub(a, b), 2)),
    (dy, { inputs: [a, b] }) => tf.mul(dy, tf.mul(tf.sub(b, a), 2)),
  ),
  Pow: binary(
    (dy, { inputs: [a, b] }) => tf.mul(dy, tf.mul(b, tf.pow(a, tf.sub(b, 1)))),
    // At a ≤ 0 the power is no function of a real exponent; its slope is taken as 0.
    (dy, { inputs: [a, b] }) => {
      const positive = tf.greater(a, 0);
      const logarithm = tf.where(
        positive,
        tf.log(tf.where(positive, a, tf.onesLike(a))),
        tf.zerosLike(a),
      );
      return tf.mul(dy, tf.mul(tf.pow(a, b), logarithm));
    },
  ),
  Neg: unary((dy) => tf.neg(dy)),
  Abs: unary((dy, x) => tf.mul(dy, tf.sign(x))),
  Exp: fromOutput((dy, y) => tf.mul(dy, y)),
  Expm1: fromOutput((dy, y) => tf.mul(dy, tf.add(y, 1))),
  Log: unary((dy, x) => tf.div(dy, x)),
  Log1p: unary((dy, x) => tf.div(dy, tf.add(x, 1))),
  Sqrt: fromOutput((dy, y) => tf.div(dy, tf.mul(y, 2))),
  Rsqrt: fromOutput((dy, y) => tf.mul(dy, tf.mul(tf.mul(tf.square(y), y), -0.5))),
  Reciprocal: fromOutput((dy, y) => tf.neg(tf.mul(dy, tf.square(y)))),
  Square: unary((dy, x) => tf.mul(dy, tf.mul(x, 2))),
  Sigmoid: fromOutput((dy, y) => tf.mul(dy, tf.mul(y, tf.sub(1, y)))),
  Tanh: fromOutput((dy, y) => tf.mul(dy, tf.sub(1, tf.square(y)))),
  Erf: unary((dy, x) => tf.mul(dy, tf.mul(tf.exp(tf.neg(tf.square(x))), 2 / Math.sqrt(Math.PI)))),
  Softplus: unary((dy, x) => tf.mul(dy, tf.sigmoid(x))),
  Sin: unary((dy, x) => tf.mul(dy, tf.cos(x))),
  Cos: unary((dy, x) => tf.neg(tf.mul(dy, tf.sin(x)))),
  // From the output, so that nothing else reads what a convolution gives and the runtime makes both one node.
  Relu: fromOutput((dy, y) => tf.mul(dy, mask(tf.greater(y, 0)))),
  Relu6: fromOutput((dy, y) => tf.mul(dy, mask(tf.logicalAnd(tf.greater(y, 0), tf.less(y, 6))))),
  LeakyRelu: unary((dy, x, { attrs }) =>
    tf.where(tf.greater(x, 0), dy, tf.mul(dy, attrs.alpha as number))
  ),
  Elu: fromOutput((dy, y) => tf.where(tf.greater(y, 0), dy, tf.mul(dy, tf.add(y, 1)))),
  ClipByValue: unary((dy, x, { attrs }) => {
    const inside = tf.logicalAnd(
      tf.greaterEqual(x, attrs.clipValueMin as number),
      tf.lessEqual(x, attrs.clipValueMax as number),
    );
    return tf.mul(dy, mask(inside));
  }),
  Floor: flat,
  Ceil: flat,
  Round: flat,
  Sign: flat,
  Step: flat,
  Identity: unary((dy) => dy),
  Cast: unary((dy) => tf.cast(dy, "float32")),
  ZerosLike: flat,
  OnesLike: flat,
  Select: {
    names: ["condition", "t", "e"],
    by: (dy, { inputs: [condition] }) => [
      () => tf.zerosLike(tf.cast(condition, "float32")),
      // A product with a mask would turn an infinite gradient of the other branch into NaN.
      () => tf.where(tf.cast(condition, "bool"), dy, tf.zerosLike(dy)),
      () => tf.where(tf.cast(condition, "bool"), tf.zerosLike(dy), dy),
    ],
  },
};
