/**
 * Cases of the kernels that move elements.
 *
 * @module
 */
import { after } from "../../../lib/engine/ops/after.ts";
import { blockOf, joinBlocks, pieceOf, whereThere } from "../../../lib/engine/ops/blocks.ts";
import { type Tensor, tf } from "../../../lib/engine/tf.ts";
import { bools, type Case, floats, given, ints } from "../parity.ts";

/** What blocks are cut from. */
const axis = { axis: 1, whole: 5 };

/** Every layout kernel on every type, and on an empty tensor. */
function eachType(
  kernel: string,
  shape: number[],
  run: (x: Tensor) => Tensor | Tensor[],
  wasmHasOnlyFloats?: string,
): Case[] {
  const others = wasmHasOnlyFloats ? { notOnWasm: wasmHasOnlyFloats } : {};
  return [
    { kernel, name: "float32", inputs: [floats(shape)], run },
    { kernel, name: "int32", inputs: [ints(shape)], run, ...others },
    { kernel, name: "bool", inputs: [bools(shape)], run, ...others },
  ];
}

function single(kernel: string, name: string, shape: number[], run: Case["run"]): Case {
  return { kernel, name, inputs: [floats(shape)], run };
}

const paddings = (all: number[][]) => all as [number, number][];

/** Cases of the kernels that move elements. */
export const layoutCases: readonly Case[] = [
  ...eachType("Reshape", [2, 6], (x) => tf.reshape(x, [3, 4])),
  single("Reshape", "inferred", [2, 3, 4], (x) => tf.reshape(x, [-1, 4])),
  single("Reshape", "to a scalar", [1, 1], (x) => tf.reshape(x, [])),
  single("Reshape", "from a scalar", [], (x) => tf.reshape(x, [1, 1])),
  single("Reshape", "empty", [0, 3], (x) => tf.reshape(x, [3, 0, 2])),
  single("Reshape", "twice", [2, 3, 4], (x) => tf.reshape(tf.reshape(x, [6, 4]), [4, 6])),
  ...eachType("ExpandDims", [2, 3], (x) => tf.expandDims(x, 1)),
  single("ExpandDims", "last", [2, 3], (x) => tf.expandDims(x, -1)),
  single("ExpandDims", "scalar", [], (x) => tf.expandDims(x)),
  ...eachType("Transpose", [2, 3], (x) => tf.transpose(x)),
  single("Transpose", "rank 4", [2, 1, 3, 4], (x) => tf.transpose(x, [0, 2, 3, 1])),
  single("Transpose", "empty", [0, 3], (x) => tf.transpose(x)),
  single("Transpose", "nothing moves", [2, 3], (x) => tf.add(tf.transpose(x, [0, 1]), 1)),
  ...eachType("Slice", [3, 4], (x) => tf.slice(x, [1, 0], [2, 3])),
  single("Slice", "to the end", [3, 4, 2], (x) => tf.slice(x, [1, 2, 0], [-1, -1, -1])),
  single("Slice", "leading axes only", [3, 4], (x) => tf.slice(x, [1], [1])),
  single("Slice", "nothing left", [3, 4], (x) => tf.slice(x, [3, 0], [0, 4])),
  single("Slice", "all of it", [3, 4], (x) => tf.slice(x, [0, 0])),
  ...eachType(
    "StridedSlice",
    [4, 5],
    (x) => tf.stridedSlice(x, [0, 1], [4, 5], [2, 2]),
    "it makes float32 of all",
  ),
  single("StridedSlice", "backwards", [5], (x) => tf.stridedSlice(x, [4], [0], [-2])),
  single(
    "StridedSlice",
    "backwards to the end",
    [5],
    (x) => tf.stridedSlice(x, [0], [0], [-1], 1, 1),
  ),
  single("StridedSlice", "from the end", [5, 3], (x) => tf.stridedSlice(x, [-2, 0], [5, 3])),
  single(
    "StridedSlice",
    "an axis less",
    [5, 3],
    (x) => tf.stridedSlice(x, [-1, 0], [5, 3], [1, 1], 0, 0, 0, 0, 1),
  ),
  single(
    "StridedSlice",
    "a new axis",
    [5, 3],
    (x) => tf.stridedSlice(x, [0, 0, 0], [5, 1, 3], [1, 1, 2], 0, 0, 0, 2),
  ),
  single("StridedSlice", "nothing left", [5], (x) => tf.stridedSlice(x, [3], [3], [1])),
  {
    kernel: "Concat",
    name: "last axis",
    inputs: [floats([2, 3]), floats([2, 1]), floats([2, 2])],
    run: (...parts) => tf.concat(parts, -1),
  },
  {
    kernel: "Concat",
    name: "int32, first axis",
    inputs: [ints([2, 3]), ints([1, 3])],
    run: (...parts) => tf.concat(parts, 0),
  },
  {
    kernel: "Concat",
    name: "bool",
    inputs: [bools([2]), bools([3])],
    run: (...parts) => tf.concat(parts, 0),
  },
  {
    kernel: "Concat",
    name: "a part without elements",
    inputs: [floats([2, 3]), floats([0, 3]), floats([1, 3])],
    run: (...parts) => tf.concat(parts, 0),
  },
  {
    kernel: "Pack",
    name: "first",
    inputs: [floats([2, 3]), floats([2, 3])],
    run: (...parts) => tf.stack(parts),
  },
  {
    kernel: "Pack",
    name: "last",
    inputs: [ints([2]), ints([2]), ints([2])],
    run: (...parts) => tf.stack(parts, -1),
  },
  {
    kernel: "Pack",
    name: "scalars",
    inputs: [floats([]), floats([])],
    run: (...parts) => tf.stack(parts),
  },
  { kernel: "Pack", name: "one", inputs: [floats([2])], run: (x) => tf.stack([x]) },
  ...eachType("Unpack", [2, 3], (x) => tf.unstack(x)),
  single("Unpack", "last", [2, 3], (x) => tf.unstack(x, -1)),
  single("Unpack", "to scalars", [3], (x) => tf.unstack(x)),
  ...eachType("SplitV", [2, 6], (x) => tf.split(x, 3, -1)),
  single("SplitV", "unlike parts", [6, 2], (x) => tf.split(x, [1, 3, 2], 0)),
  single("SplitV", "the rest", [6, 2], (x) => tf.split(x, [1, -1], 0)),
  ...eachType("PadV2", [2, 3], (x) => tf.pad(x, paddings([[1, 0], [0, 2]]))),
  single("PadV2", "a number", [3], (x) => tf.pad(x, paddings([[2, 1]]), -7)),
  single("PadV2", "nothing", [2, 2], (x) => tf.pad(x, paddings([[0, 0], [0, 0]]))),
  single(
    "PadV2",
    "rank 4",
    [1, 2, 1, 2],
    (x) => tf.pad(x, paddings([[0, 1], [1, 0], [2, 0], [0, 0]])),
  ),
  ...eachType("Tile", [2, 3], (x) => tf.tile(x, [2, 3])),
  single("Tile", "like a broadcast", [1, 3], (x) => tf.broadcastTo(x, [4, 3])),
  single("Tile", "from a scalar", [], (x) => tf.broadcastTo(x, [2, 2])),
  single("Tile", "none", [2, 3], (x) => tf.tile(x, [1, 0])),
  single("Tile", "once", [2, 3], (x) => tf.tile(x, [1, 1])),
  ...eachType(
    "Reverse",
    [2, 3],
    (x) => tf.reverse(x, -1),
    "it moves four bytes of each truth value",
  ),
  single("Reverse", "all", [2, 3, 2], (x) => tf.reverse(x)),
  single("Reverse", "two of four", [2, 3, 2, 2], (x) => tf.reverse(x, [0, 2])),
  single("Reverse", "empty", [0, 2], (x) => tf.reverse(x, 0)),
  single("Fill", "float32", [2], (x) => [tf.fill([2, 3], 1.5), x]),
  single("Fill", "int32", [2], (x) => [tf.fill([3], 7, "int32"), x]),
  single("Fill", "scalar", [2], (x) => [tf.fill([], 2), x]),
  ...eachType("After", [2, 3], (x) => after(x, tf.cast(x, "float32"))),
  { kernel: "After", name: "another shape", inputs: [floats([4]), floats([2, 5])], run: after },
  { kernel: "After", name: "a scalar", inputs: [floats([4]), floats([])], run: after },
  {
    kernel: "After",
    name: "no number",
    inputs: [floats([4]), given("float32", [2], [NaN, Infinity])],
    run: after,
  },
  single("Block", "from the first", [2, 5], (x) => blockOf(x, { begin: 0, end: 3 }, axis)),
  single("Block", "to the end", [2, 5], (x) => blockOf(x, { begin: 3 }, axis)),
  single("Block", "a bound behind the end", [2, 5], (x) => blockOf(x, { begin: 3, end: 9 }, axis)),
  single("Block", "a piece", [2, 3], (x) => pieceOf(x, { begin: 4 }, axis, { begin: 2 })),
  single("BlockIsThere", "there", [2, 5], (x) => whereThere(x, { begin: 3 }, axis)),
  single(
    "JoinBlocks",
    "two",
    [2, 5],
    (x) =>
      joinBlocks([blockOf(x, { begin: 3 }, axis), blockOf(x, { begin: 0, end: 3 }, axis)], axis),
  ),
  ...eachType("ZerosLike", [2, 3], (x) => tf.zerosLike(x)),
  single("ZerosLike", "scalar", [], (x) => tf.zerosLike(x)),
  ...eachType("OnesLike", [2, 3], (x) => tf.onesLike(x)),
  single("OnesLike", "empty", [0, 2], (x) => tf.onesLike(x)),
  single("Range", "float32", [4], (x) => tf.add(x, tf.range(0, 2, 0.5))),
  single("Range", "down", [4], (x) => tf.add(x, tf.range(4, 0, -1))),
  single("Range", "int32", [4], (x) => [tf.range(1, 9, 2, "int32"), x]),
  single("Range", "nothing", [4], (x) => [tf.range(3, 3), x]),
];
