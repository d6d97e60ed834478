/**
 * Cases of the gradients of kernels, by kernel.
 *
 * @module
 */
import { type Tensor, tf } from "../../../lib/engine/tf.ts";
import { bools, type Case, floats, given } from "../parity.ts";

type Pair = (a: Tensor, b: Tensor) => Tensor;

/** Two operands that broadcast in all ways. */
function pairs(kernel: string, run: Pair, [low, high] = [0.5, 2]): Case[] {
  const x = (shape: number[]) => floats(shape, low, high);
  return [
    { kernel, name: "same shape", inputs: [x([2, 3]), x([2, 3])], run },
    { kernel, name: "row", inputs: [x([2, 3]), x([3])], run },
    { kernel, name: "column and row", inputs: [x([2, 1]), x([1, 3])], run },
    { kernel, name: "scalars", inputs: [x([]), x([])], run },
    { kernel, name: "scalar and rank 4", inputs: [x([]), x([2, 1, 3, 1])], run },
  ];
}

/** Operands that stay apart, so that no step crosses the place where they are equal. */
const left = given("float32", [2, 3], [0.5, -1, 2, 0.1, -0.2, 1]);
const right = given("float32", [3], [0.2, 1, -1]);

function single(
  kernel: string,
  run: (x: Tensor) => Tensor,
  numbers = [-1.7, -0.6, -0.2, 0.3, 0.8, 1.6],
): Case[] {
  return [
    { kernel, name: "rank 2", inputs: [given("float32", [2, 3], numbers)], run },
    { kernel, name: "scalar", inputs: [given("float32", [], numbers.slice(-1))], run },
  ];
}

const positive = [0.3, 0.7, 1.1, 1.6, 2.4, 3];

function folds(
  kernel: string,
  fold: (x: Tensor, axis?: number | number[], keep?: boolean) => Tensor,
) {
  return [
    { kernel, name: "all", inputs: [floats([2, 3])], run: (x: Tensor) => fold(x) },
    { kernel, name: "last", inputs: [floats([2, 3])], run: (x: Tensor) => fold(x, -1) },
    {
      kernel,
      name: "kept",
      inputs: [floats([2, 3, 2])],
      run: (x: Tensor) => fold(x, [0, 2], true),
    },
    { kernel, name: "scalar", inputs: [floats([])], run: (x: Tensor) => fold(x) },
  ];
}

const ids = given("int32", [4], [2, 0, 2, 1]);

/** Cases of the gradients of kernels. */
export const gradientCases: readonly Case[] = [
  ...pairs("Add", tf.add),
  ...pairs("Sub", tf.sub),
  ...pairs("Multiply", tf.mul),
  ...pairs("RealDiv", tf.div),
  ...pairs("Pow", tf.pow),
  {
    kernel: "Pow",
    name: "of 0 and below",
    inputs: [given("float32", [2], [-1.5, 0])],
    run: (x) => tf.pow(x, 2),
  },
  ...pairs("SquaredDifference", tf.squaredDifference, [-2, 2]),
  { kernel: "Maximum", name: "row", inputs: [left, right], run: tf.maximum },
  { kernel: "Minimum", name: "row", inputs: [left, right], run: tf.minimum },
  ...single("Neg", tf.neg),
  ...single("Abs", tf.abs),
  ...single("Exp", tf.exp),
  ...single("Expm1", tf.expm1),
  ...single("Log", tf.log, positive),
  ...single("Log1p", tf.log1p, positive),
  ...single("Sqrt", tf.sqrt, positive),
  ...single("Rsqrt", tf.rsqrt, positive),
  ...single("Reciprocal", tf.reciprocal, positive),
  ...single("Square", tf.square),
  ...single("Sigmoid", tf.sigmoid),
  ...single("Tanh", tf.tanh),
  ...single("Erf", tf.erf),
  ...single("Softplus", tf.softplus),
  ...single("Sin", tf.sin),
  ...single("Cos", tf.cos),
  ...single("Relu", tf.relu),
  ...single("Relu6", tf.relu6, [-1, 1, 5, 5.9, 6.2, 9]),
  ...single("LeakyRelu", (x) => tf.leakyRelu(x, 0.3)),
  ...single("Elu", tf.elu),
  ...single("ClipByValue", (x) => tf.clipByValue(x, -0.5, 1)),
  ...single("Floor", tf.floor),
  ...single("Ceil", tf.ceil),
  ...single("Round", tf.round),
  ...single("Sign", tf.sign),
  ...single("Step", (x) => tf.step(x)),
  ...single("Identity", (x) => tf.clone(x)),
  ...single("Cast", (x) => tf.cast(x, "float32")),
  ...single("ZerosLike", (x) => tf.zerosLike(x)),
  ...single("OnesLike", (x) => tf.onesLike(x)),
  {
    kernel: "Select",
    name: "same shape",
    inputs: [bools([2, 3]), floats([2, 3]), floats([2, 3])],
    run: tf.where,
  },
  {
    kernel: "Select",
    name: "broadcast",
    inputs: [bools([2, 1]), floats([3]), floats([])],
    run: tf.where,
  },
  ...folds("Sum", tf.sum),
  ...folds("Mean", tf.mean),
  ...folds("Max", tf.max),
  ...folds("Min", tf.min),
  { kernel: "Cumsum", name: "plain", inputs: [floats([2, 3])], run: (x) => tf.cumsum(x, 1) },
  {
    kernel: "Cumsum",
    name: "exclusive",
    inputs: [floats([3, 2])],
    run: (x) => tf.cumsum(x, 0, true),
  },
  {
    kernel: "Cumsum",
    name: "reverse",
    inputs: [floats([2, 3])],
    run: (x) => tf.cumsum(x, 1, false, true),
  },
  { kernel: "Softmax", name: "rank 3", inputs: [floats([2, 2, 3])], run: (x) => tf.softmax(x) },
  { kernel: "Exp", name: "log-softmax", inputs: [floats([2, 3])], run: (x) => tf.logSoftmax(x) },
  ...[[false, false], [true, false], [false, true], [true, true]].flatMap(([a, b]): Case[] => {
    const left = (before: number[]) => floats([...before, ...(a ? [3, 2] : [2, 3])]);
    const right = (before: number[]) => floats([...before, ...(b ? [2, 3] : [3, 2])]);
    const run = (x: Tensor, y: Tensor) => tf.matMul(x, y, a, b);
    return [
      { kernel: "BatchMatMul", name: `rank 2, ${a} ${b}`, inputs: [left([]), right([])], run },
      { kernel: "BatchMatMul", name: `rank 3, ${a} ${b}`, inputs: [left([2]), right([2])], run },
      { kernel: "BatchMatMul", name: `broadcast, ${a} ${b}`, inputs: [left([2]), right([1])], run },
      {
        kernel: "BatchMatMul",
        name: `one for all, ${a} ${b}`,
        inputs: [left([2]), right([])],
        run,
      },
    ];
  }),
  { kernel: "Reshape", name: "flat", inputs: [floats([2, 3])], run: (x) => tf.reshape(x, [-1]) },
  {
    kernel: "ExpandDims",
    name: "last",
    inputs: [floats([2, 3])],
    run: (x) => tf.expandDims(x, -1),
  },
  {
    kernel: "Transpose",
    name: "rank 3",
    inputs: [floats([2, 3, 2])],
    run: (x) => tf.transpose(x, [2, 0, 1]),
  },
  {
    kernel: "Slice",
    name: "inside",
    inputs: [floats([4, 3])],
    run: (x) => tf.slice(x, [1, 1], [2, -1]),
  },
  {
    kernel: "Slice",
    name: "leading axis",
    inputs: [floats([4, 3])],
    run: (x) => tf.slice(x, [1], [2]),
  },
  {
    kernel: "PadV2",
    name: "both ends",
    inputs: [floats([2, 2])],
    run: (x) => tf.pad(x, [[1, 0], [2, 1]]),
  },
  { kernel: "Tile", name: "two axes", inputs: [floats([2, 3])], run: (x) => tf.tile(x, [3, 2]) },
  {
    kernel: "Tile",
    name: "broadcast",
    inputs: [floats([1, 3])],
    run: (x) => tf.broadcastTo(x, [2, 2, 3]),
  },
  { kernel: "Reverse", name: "last", inputs: [floats([2, 3])], run: (x) => tf.reverse(x, -1) },
  { kernel: "Reverse", name: "all", inputs: [floats([2, 3])], run: (x) => tf.reverse(x) },
  {
    kernel: "GatherV2",
    name: "rows",
    inputs: [floats([3, 2]), ids],
    run: (x, at) => tf.gather(x, at),
  },
  {
    kernel: "GatherV2",
    name: "columns",
    inputs: [floats([2, 3]), ids],
    run: (x, at) => tf.gather(x, at, 1),
  },
  {
    kernel: "GatherV2",
    name: "ids of rank 2",
    inputs: [floats([3, 2]), given("int32", [2, 2], [0, 2, 1, 2])],
    run: (x, at) => tf.gather(x, at),
  },
  {
    kernel: "GatherV2",
    name: "a scalar id",
    inputs: [floats([3, 2]), given("int32", [], [1])],
    run: (x, at) => tf.gather(x, at),
  },
  {
    kernel: "UnsortedSegmentSum",
    name: "rows",
    inputs: [floats([4, 2]), ids],
    run: (x, at) => tf.unsortedSegmentSum(x, at as tf.Tensor1D, 3),
  },
  {
    kernel: "Unpack",
    name: "last",
    inputs: [floats([2, 3])],
    run: (x) => {
      const [a, , c] = tf.unstack(x, 1);
      return tf.mul(a, c);
    },
  },
  {
    kernel: "SplitV",
    name: "first",
    inputs: [floats([4, 2])],
    run: (x) => {
      const [a, b] = tf.split(x, [1, 3], 0);
      return tf.mul(a, b);
    },
  },
  {
    kernel: "Concat",
    name: "last",
    inputs: [floats([2, 1]), floats([2, 3])],
    run: (a, b) => tf.concat([a, b], -1),
  },
  {
    kernel: "Pack",
    name: "last",
    inputs: [floats([2, 2]), floats([2, 2])],
    run: (a, b) => tf.stack([a, b], -1),
  },
  {
    kernel: "Pack",
    name: "first",
    inputs: [floats([2]), floats([2])],
    run: (a, b) => tf.stack([a, b]),
  },
];
