/**
 * Cases of products with matrices in four or eight bits.
 *
 * @module
 */
import { packedMatMul } from "../../../lib/engine/ops/packed_mat_mul.ts";
import {
  codeBook,
  packedFormats,
  type PackedLayout,
  packedShapes,
} from "../../../lib/engine/packed_weight.ts";
import { tf } from "../../../lib/engine/tf.ts";
import { type Case, floats, type Given, ints } from "../parity.ts";

/** Outputs and inputs: one whole block; blocks over the ends of rows; a last block with a rest. */
const sizes = [[6, 32], [8, 24], [5, 37], [3, 70]];

/** Layouts with blocks of `blockSize` numbers. */
export function layouts(blockSize = 32): PackedLayout[] {
  return packedFormats.flatMap((format) =>
    sizes.map(([outputs, inputs]) => ({ format, outputs, inputs, blockSize }))
  );
}

/** Random codes and scales. */
export function packedInputs(layout: PackedLayout): [codes: Given, scales: Given] {
  const { codes, scales } = packedShapes(layout);
  const { data } = ints(codes, 0, 255);
  return [{ type: "uint8", shape: codes, data: Uint8Array.from(data) }, floats(scales, 0.01, 0.1)];
}

/** Cases of products with matrices in four or eight bits. */
export const packedCases: readonly Case[] = layouts().map((layout): Case => ({
  kernel: codeBook(layout.format) ? "MatMulBnb4" : "MatMulNBits",
  name: `${layout.format} [${layout.outputs}, ${layout.inputs}], forward and backward`,
  inputs: [floats([4, layout.inputs]), ...packedInputs(layout), floats([4, layout.outputs])],
  run: (x, codes, scales, dy) => [
    packedMatMul(x, { codes, scales }, layout),
    tf.grad((x) => packedMatMul(x as typeof dy, { codes, scales }, layout))(x, dy),
  ],
}));
