/**
 * Operators that work number by number.
 *
 * @module
 */
import { ops, type Tensor, tf } from "../../../engine/mod.ts";
import {
  type GraphOp,
  isKnown,
  type NodeCall,
  numberIn,
  tensorAt,
  tensorOf,
  textIn,
} from "./node_call.ts";

const single = (of: (x: Tensor, call: NodeCall) => Tensor): GraphOp => (call) =>
  of(tensorAt(call, 0), call);

const pair = (of: (a: Tensor, b: Tensor) => Tensor): GraphOp => (call) =>
  of(tensorAt(call, 0), tensorAt(call, 1));

const several = (of: (a: Tensor, b: Tensor) => Tensor): GraphOp => ({ inputs }) =>
  inputs.map((each) => tensorOf(each!)).reduce(of);

/** Numbers are whole where both sides are, as in ONNX. */
function quotient(a: Tensor, b: Tensor): Tensor {
  return a.dtype === "int32" && b.dtype === "int32" ? tf.floorDiv(a, b) : tf.div(a, b);
}

/** The bounds of a Clip, attributes before operator set 11 and inputs after. */
function clip(call: NodeCall): Tensor {
  const x = tensorAt(call, 0);
  const bound = (name: string, index: number) => {
    const input = call.inputs[index];
    return input === undefined
      ? call.node.attributes?.[name] as number
      : isKnown(input)
      ? input.data[0]
      : tensorOf(input);
  };
  const [low, high] = [bound("min", 1), bound("max", 2)];
  const below = low === undefined ? x : tf.maximum(x, low);
  return high === undefined ? below : tf.minimum(below, high);
}

const hardSigmoid = (x: Tensor, alpha: number, beta: number): Tensor =>
  tf.clipByValue(tf.add(tf.mul(x, alpha), beta), 0, 1);

/** By operator. */
export const elementwiseOps: Readonly<Record<string, GraphOp>> = {
  Identity: ({ inputs: [x] }) => x!,
  Dropout: ({ inputs: [x] }) => x!,
  Add: several((a, b) => tf.add(a, b)),
  Sum: several((a, b) => tf.add(a, b)),
  Mul: several((a, b) => tf.mul(a, b)),
  Sub: pair((a, b) => tf.sub(a, b)),
  Div: pair(quotient),
  FloorDiv: pair((a, b) => tf.floorDiv(a, b)),
  Mod: pair((a, b) => tf.mod(a, b)),
  Max: several((a, b) => tf.maximum(a, b)),
  Min: several((a, b) => tf.minimum(a, b)),
  SquaredDifference: pair((a, b) => tf.squaredDifference(a, b)),
  Pow(call) {
    const [x, power] = [tensorAt(call, 0), call.inputs[1]];
    // Its gradient has a logarithm, which negative numbers do not have.
    if (isKnown(power) && power.data.length === 1 && power.data[0] === 2) return tf.square(x);
    return tf.pow(x, tensorAt(call, 1));
  },
  Relu: single((x) => tf.relu(x)),
  Relu6: single((x) => tf.clipByValue(x, 0, 6)),
  Clip: clip,
  Sigmoid: single((x) => tf.sigmoid(x)),
  HardSigmoid: single((x, call) =>
    hardSigmoid(x, numberIn(call, "alpha", 0.2), numberIn(call, "beta", 0.5))
  ),
  HardSwish: single((x) => tf.mul(x, hardSigmoid(x, 1 / 6, 0.5))),
  Swish: single((x) => ops.silu(x)),
  Mish: single((x) => tf.mul(x, tf.tanh(tf.softplus(x)))),
  Tanh: single((x) => tf.tanh(x)),
  Erf: single((x) => tf.erf(x)),
  Gelu: single((x, call) =>
    textIn(call, "approximate", "none") === "none" ? ops.gelu(x) : tanhGelu(x)
  ),
  Exp: single((x) => tf.exp(x)),
  Log: single((x) => tf.log(x)),
  Sqrt: single((x) => tf.sqrt(x)),
  Rsqrt: single((x) => tf.rsqrt(x)),
  Reciprocal: single((x) => tf.reciprocal(x)),
  Square: single((x) => tf.square(x)),
  Neg: single((x) => tf.neg(x)),
  Abs: single((x) => tf.abs(x)),
  Sign: single((x) => tf.sign(x)),
  Floor: single((x) => tf.floor(x)),
  Ceil: single((x) => tf.ceil(x)),
  Round: single((x) => tf.round(x)),
  Sin: single((x) => tf.sin(x)),
  Cos: single((x) => tf.cos(x)),
  Softplus: single((x) => tf.softplus(x)),
  Softsign: single((x) => tf.div(x, tf.add(tf.abs(x), 1))),
  Elu: single((x, call) => {
    const alpha = numberIn(call, "alpha", 1);
    return alpha === 1 ? tf.elu(x) : tf.add(tf.relu(x), tf.mul(tf.elu(tf.minimum(x, 0)), alpha));
  }),
  Selu: single((x) => tf.selu(x)),
  LeakyRelu: single((x, call) => tf.leakyRelu(x, numberIn(call, "alpha", 0.01))),
  PRelu: pair((x, slope) => tf.add(tf.relu(x), tf.mul(slope, tf.minimum(x, 0)))),
  Equal: pair((a, b) => tf.equal(a, b)),
  Greater: pair((a, b) => tf.greater(a, b)),
  GreaterOrEqual: pair((a, b) => tf.greaterEqual(a, b)),
  Less: pair((a, b) => tf.less(a, b)),
  LessOrEqual: pair((a, b) => tf.lessEqual(a, b)),
  And: pair((a, b) => tf.logicalAnd(a, b)),
  Or: pair((a, b) => tf.logicalOr(a, b)),
  Not: single((x) => tf.logicalNot(x)),
  IsNaN: single((x) => tf.isNaN(x)),
  Where: (call) => tf.where(tensorAt(call, 0), tensorAt(call, 1), tensorAt(call, 2)),
  Cast: single((x, call) => {
    const to = numberIn(call, "to", 1);
    return tf.cast(x, [6, 7].includes(to) ? "int32" : to === 9 ? "bool" : "float32");
  }),
};

/** The approximation by tanh of GELU (Hendrycks and Gimpel, arXiv 1606.08415). */
function tanhGelu(x: Tensor): Tensor {
  const inner = tf.mul(tf.add(x, tf.mul(tf.pow(x, 3), 0.044715)), Math.sqrt(2 / Math.PI));
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1));
}
