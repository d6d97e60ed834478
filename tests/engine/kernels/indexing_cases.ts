/**
 * Cases of the kernels that read or write by index.
 *
 * @module
 */
import { type Tensor, tf } from "../../../lib/engine/tf.ts";
import { bools, type Case, floats, given, ints } from "../parity.ts";

const row = (ids: Tensor) => ids as tf.Tensor1D;

/** Cases of the kernels that read or write by index. */
export const indexingCases: readonly Case[] = [
  {
    kernel: "GatherV2",
    name: "rows",
    inputs: [floats([5, 3]), ints([4], 0, 4)],
    run: (x, ids) => tf.gather(x, ids),
  },
  {
    kernel: "GatherV2",
    name: "last axis",
    inputs: [floats([2, 3, 5]), ints([4], 0, 4)],
    run: (x, ids) => tf.gather(x, ids, -1),
  },
  {
    kernel: "GatherV2",
    name: "ids of rank 2",
    inputs: [floats([5, 3]), ints([2, 3], 0, 4)],
    run: (x, ids) => tf.gather(x, ids),
  },
  {
    kernel: "GatherV2",
    name: "a scalar id",
    inputs: [floats([5, 3]), given("int32", [], [2])],
    run: (x, ids) => tf.gather(x, ids),
  },
  {
    kernel: "GatherV2",
    name: "int32",
    inputs: [ints([5]), ints([3], 0, 4)],
    run: (x, ids) => tf.gather(x, ids),
  },
  {
    kernel: "GatherV2",
    name: "bool",
    inputs: [bools([5]), ints([3], 0, 4)],
    run: (x, ids) => tf.gather(x, ids),
    notOnWasm: "it writes outside of its memory",
  },
  {
    kernel: "GatherV2",
    name: "no ids",
    inputs: [floats([5, 3]), ints([0], 0, 4)],
    run: (x, ids) => tf.gather(x, ids),
    notOnWasm: "it writes outside of its memory",
  },
  {
    kernel: "GatherNd",
    name: "elements",
    inputs: [floats([3, 4]), given("int32", [3, 2], [0, 1, 2, 3, 1, 0])],
    run: (x, ids) => tf.gatherND(x, ids),
  },
  {
    kernel: "GatherNd",
    name: "rows",
    inputs: [floats([3, 4, 2]), given("int32", [2, 1], [2, 0])],
    run: (x, ids) => tf.gatherND(x, ids),
  },
  {
    kernel: "GatherNd",
    name: "int32, ids of rank 3",
    inputs: [ints([3, 4]), given("int32", [1, 2, 2], [0, 1, 2, 3])],
    run: (x, ids) => tf.gatherND(x, ids),
  },
  {
    kernel: "ScatterNd",
    name: "rows, one of them twice",
    inputs: [given("int32", [3, 1], [1, 3, 1]), floats([3, 2])],
    run: (ids, updates) => tf.scatterND(ids, updates, [4, 2]),
  },
  {
    kernel: "ScatterNd",
    name: "elements",
    inputs: [given("int32", [2, 2], [0, 1, 2, 2]), floats([2])],
    run: (ids, updates) => tf.scatterND(ids, updates, [3, 3]),
  },
  {
    kernel: "ScatterNd",
    name: "int32",
    inputs: [given("int32", [3, 1], [1, 3, 1]), ints([3])],
    run: (ids, updates) => tf.scatterND(ids, updates, [4]),
  },
  {
    kernel: "UnsortedSegmentSum",
    name: "rows",
    inputs: [floats([5, 3]), given("int32", [5], [0, 2, 0, 3, 2])],
    run: (x, ids) => tf.unsortedSegmentSum(x, row(ids), 4),
  },
  {
    kernel: "UnsortedSegmentSum",
    name: "numbers",
    inputs: [floats([5]), given("int32", [5], [0, 1, 0, 1, 1])],
    run: (x, ids) => tf.unsortedSegmentSum(x, row(ids), 2),
  },
  {
    kernel: "UnsortedSegmentSum",
    name: "int32",
    inputs: [
      given("int32", [4, 2], [1, 2, 3, 4, 5, 6, 7, 8]),
      given("int32", [4], [1, 1, 0, 1]),
    ],
    run: (x, ids) => tf.unsortedSegmentSum(x, row(ids), 2),
    wanted: given("int32", [2, 2], [5, 6, 11, 14]),
  },
  {
    kernel: "OneHot",
    name: "float32",
    inputs: [given("int32", [4], [0, 2, 1, 2])],
    run: (ids) => tf.oneHot(ids, 3, 1, 0, "float32"),
    notOnWasm: "it writes the bits of an integer one",
  },
  {
    kernel: "OneHot",
    name: "int32, rank 2",
    inputs: [given("int32", [2, 2], [0, 2, 1, 2])],
    run: (ids) => tf.oneHot(ids, 3),
  },
  {
    kernel: "OneHot",
    name: "other numbers",
    inputs: [given("int32", [3], [0, 1, 1])],
    run: (ids) => tf.oneHot(ids, 2, 5, -1),
  },
  {
    kernel: "OneHot",
    name: "an id outside",
    inputs: [given("int32", [3], [0, -1, 5])],
    run: (ids) => tf.oneHot(ids, 3),
    notOnWasm: "it writes outside of its memory",
  },
];
