/**
 * Cases of the matrix products and of whole layers.
 *
 * @module
 */
import { layerNorm } from "../../../lib/engine/ops/layer_norm.ts";
import { tf } from "../../../lib/engine/tf.ts";
import { type Case, floats } from "../parity.ts";

const orientations = [[false, false], [true, false], [false, true], [true, true]];

/** Shapes of a [2, 3] × [3, 4] product with leading dimensions, transposed as asked. */
function operands(before: number[], other: number[], transposeA: boolean, transposeB: boolean) {
  return [
    floats([...before, ...(transposeA ? [3, 2] : [2, 3])]),
    floats([...other, ...(transposeB ? [4, 3] : [3, 4])]),
  ];
}

const leading: readonly (readonly [name: string, a: number[], b: number[]])[] = [
  ["rank 2", [], []],
  ["rank 3", [5], [5]],
  ["rank 4", [2, 3], [2, 3]],
  ["batches that broadcast", [2, 3], [1, 3]],
  ["a matrix for all", [4], []],
  ["no batches", [0], [0]],
];

const firstRowOnly = { notOnWasm: "it adds the bias to the first row only" };

/** Cases of the matrix products and of whole layers. */
export const matrixCases: readonly Case[] = [
  ...leading.flatMap(([name, before, other]) =>
    orientations.map(([transposeA, transposeB]): Case => ({
      kernel: "BatchMatMul",
      name: `${name}, transposed ${transposeA} ${transposeB}`,
      inputs: operands(before, other, transposeA, transposeB),
      run: (a, b) => tf.matMul(a, b, transposeA, transposeB),
    }))
  ),
  {
    kernel: "BatchMatMul",
    name: "scaled, with a sum",
    inputs: [floats([2, 3]), floats([3, 4]), floats([4])],
    run: (a, b, c) => tf.add(tf.mul(tf.matMul(a, b), 0.5), c),
  },
  ...orientations.map(([transposeA, transposeB]): Case => ({
    kernel: "_FusedMatMul",
    name: `bias, transposed ${transposeA} ${transposeB}`,
    inputs: [...operands([], [], transposeA, transposeB), floats([4])],
    run: (a, b, bias) => tf.fused.matMul({ a, b, transposeA, transposeB, bias }),
    ...(transposeA || transposeB ? firstRowOnly : {}),
  })),
  ...(["relu", "sigmoid", "elu"] as const).map((activation): Case => ({
    kernel: "_FusedMatMul",
    name: activation,
    inputs: [floats([2, 3]), floats([3, 4]), floats([4])],
    run: (a, b, bias) => tf.fused.matMul({ a, b, bias, activation }),
  })),
  {
    kernel: "_FusedMatMul",
    name: "rank 3",
    inputs: [floats([2, 2, 3]), floats([2, 3, 4]), floats([4])],
    run: (a, b, bias) => tf.fused.matMul({ a, b, bias }),
    ...firstRowOnly,
  },
  {
    kernel: "LayerNormalization",
    name: "rank 2",
    inputs: [floats([3, 8]), floats([8]), floats([8])],
    run: (x, scale, offset) => layerNorm(x, scale, offset, 1e-5),
  },
  {
    kernel: "LayerNormalization",
    name: "rank 3",
    inputs: [floats([2, 3, 8]), floats([8]), floats([8])],
    run: (x, scale, offset) => layerNorm(x, scale, offset, 1e-12),
  },
];
