/**
 * Cases of the kernels that fold an axis.
 *
 * @module
 */
import { type Tensor, tf } from "../../../lib/engine/tf.ts";
import { bools, type Case, floats, given, ints } from "../parity.ts";

type Fold = (x: Tensor, axis?: number | number[], keepDims?: boolean) => Tensor;

function folds(kernel: string, fold: Fold): Case[] {
  return [
    { kernel, name: "all", inputs: [floats([2, 3])], run: (x) => fold(x) },
    { kernel, name: "scalar", inputs: [floats([])], run: (x) => fold(x) },
    { kernel, name: "last", inputs: [floats([2, 3, 4])], run: (x) => fold(x, -1) },
    { kernel, name: "first", inputs: [floats([2, 3, 4])], run: (x) => fold(x, 0) },
    { kernel, name: "kept", inputs: [floats([2, 3, 4])], run: (x) => fold(x, 1, true) },
    { kernel, name: "two", inputs: [floats([2, 3, 4])], run: (x) => fold(x, [0, -1]) },
    {
      kernel,
      name: "two, kept",
      inputs: [floats([2, 1, 3, 2])],
      run: (x) => fold(x, [3, 1], true),
    },
    { kernel, name: "all, kept", inputs: [floats([2, 3])], run: (x) => fold(x, undefined, true) },
    { kernel, name: "int32", inputs: [ints([3, 4])], run: (x) => fold(x, 1) },
    { kernel, name: "rows of none", inputs: [floats([0, 3])], run: (x) => fold(x, 1) },
  ];
}

function truths(kernel: string, fold: Fold): Case[] {
  return [
    { kernel, name: "all", inputs: [bools([2, 2])], run: (x) => fold(x) },
    { kernel, name: "last", inputs: [bools([4, 2])], run: (x) => fold(x, -1) },
    { kernel, name: "kept", inputs: [bools([4, 2])], run: (x) => fold(x, 1, true) },
    { kernel, name: "scalar", inputs: [bools([])], run: (x) => fold(x) },
  ];
}

function positions(kernel: string, find: (x: Tensor, axis?: number) => Tensor): Case[] {
  return [
    { kernel, name: "first", inputs: [floats([4, 3])], run: (x) => find(x) },
    { kernel, name: "last", inputs: [floats([2, 3, 4])], run: (x) => find(x, -1) },
    {
      kernel,
      name: "int32",
      inputs: [given("int32", [2, 3], [3, 1, 2, 4, 6, 5])],
      run: (x) => find(x, 1),
    },
    { kernel, name: "ties", inputs: [given("float32", [4], [1, 2, 2, 1])], run: (x) => find(x, 0) },
  ];
}

/** Cases of the kernels that fold an axis. */
export const reductionCases: readonly Case[] = [
  ...folds("Sum", tf.sum),
  { kernel: "Sum", name: "bool", inputs: [bools([3, 4])], run: (x) => tf.sum(x, 1) },
  { kernel: "Sum", name: "over none", inputs: [floats([0, 3])], run: (x) => tf.sum(x, 0) },
  ...folds("Mean", tf.mean),
  { kernel: "Mean", name: "bool", inputs: [bools([3, 4])], run: (x) => tf.mean(x, 1) },
  ...folds("Max", tf.max),
  ...folds("Min", tf.min),
  ...folds("Prod", tf.prod),
  ...truths("All", tf.all),
  ...truths("Any", tf.any),
  ...positions("ArgMax", tf.argMax),
  ...positions("ArgMin", tf.argMin),
  {
    kernel: "TopK",
    name: "values and their places",
    inputs: [floats([3, 7])],
    run: (x) => {
      const { values, indices } = tf.topk(x, 3);
      return [values, indices];
    },
  },
  { kernel: "Softmax", name: "rank 1", inputs: [floats([5])], run: (x) => tf.softmax(x) },
  {
    kernel: "Softmax",
    name: "rank 4",
    inputs: [floats([2, 1, 3, 4])],
    run: (x) => tf.softmax(x, -1),
  },
  {
    kernel: "Softmax",
    name: "large numbers",
    inputs: [given("float32", [2, 3], [1e4, 0, -1e4, -1e9, -1e9, 0])],
    run: (x) => tf.softmax(x),
  },
  { kernel: "Softmax", name: "empty", inputs: [floats([0, 3])], run: (x) => tf.softmax(x) },
  ...[[false, false], [true, false], [false, true], [true, true]].flatMap((
    [exclusive, reverse],
  ): Case[] => [
    {
      kernel: "Cumsum",
      name: `last axis, exclusive ${exclusive}, reverse ${reverse}`,
      inputs: [floats([2, 3, 4])],
      run: (x) => tf.cumsum(x, 2, exclusive, reverse),
    },
    {
      kernel: "Cumsum",
      name: `int32, first axis, exclusive ${exclusive}, reverse ${reverse}`,
      inputs: [ints([4, 3])],
      run: (x) => tf.cumsum(x, 0, exclusive, reverse),
    },
  ]),
  {
    kernel: "Cumsum",
    name: "axis from the end",
    inputs: [given("int32", [1, 3, 1], [1, 2, 3])],
    run: (x) => tf.cumsum(x, -2),
    wanted: given("int32", [1, 3, 1], [1, 3, 6]),
  },
  { kernel: "Cumsum", name: "rank 1", inputs: [floats([6])], run: (x) => tf.cumsum(x) },
];
