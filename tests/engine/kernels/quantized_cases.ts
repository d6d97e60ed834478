/**
 * Cases of products with matrices in four or eight bits.
 *
 * @module
 */
import { quantizedEmbedding } from "../../../lib/engine/ops/quantized_embedding.ts";
import { quantizedMatMul } from "../../../lib/engine/ops/quantized_mat_mul.ts";
import {
  codeBook,
  quantizationFormats,
  type QuantizedLayout,
  quantizedShapes,
} from "../../../lib/engine/quantized_weight.ts";
import { tf } from "../../../lib/engine/tf.ts";
import { type Case, floats, type Given, ints } from "../parity.ts";

/** Out features and in features: one whole block; blocks over the ends of rows; a last block with a rest. */
const sizes = [[6, 32], [8, 24], [5, 37], [3, 70]];

/** Layouts with blocks of `blockSize` numbers. */
export function layouts(blockSize = 32): QuantizedLayout[] {
  return quantizationFormats.flatMap((format) =>
    sizes.map(([outFeatures, inFeatures]) => ({ format, outFeatures, inFeatures, blockSize }))
  );
}

/** Random codes and scales. */
export function quantizedInputs(layout: QuantizedLayout): [codes: Given, scales: Given] {
  const { codes, scales } = quantizedShapes(layout);
  const { data } = ints(codes, 0, 255);
  return [{ type: "uint8", shape: codes, data: Uint8Array.from(data) }, floats(scales, 0.01, 0.1)];
}

/** Cases of products with matrices in four or eight bits. */
export const quantizedCases: readonly Case[] = layouts().map((layout): Case => ({
  kernel: codeBook(layout.format) ? "MatMulBnb4" : "MatMulNBits",
  name: `${layout.format} [${layout.outFeatures}, ${layout.inFeatures}], forward and backward`,
  inputs: [
    floats([4, layout.inFeatures]),
    ...quantizedInputs(layout),
    floats([4, layout.outFeatures]),
  ],
  run: (x, codes, scales, dy) => [
    quantizedMatMul(x, { codes, scales }, layout),
    tf.grad((x) => quantizedMatMul(x as typeof dy, { codes, scales }, layout))(x, dy),
  ],
}));

/** Rows of tables in eight bits. */
export const quantizedTables: readonly Case[] = layouts()
  .filter(({ format }) => format === "int8")
  .map((layout): Case => ({
    kernel: "GatherV2",
    name: `rows of [${layout.outFeatures}, ${layout.inFeatures}] in int8`,
    inputs: [...quantizedInputs(layout), ints([2, 3], 0, layout.outFeatures - 1)],
    run: (codes, scales, ids) => [quantizedEmbedding({ codes, scales }, layout, ids)],
  }));
