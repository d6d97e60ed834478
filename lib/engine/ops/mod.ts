/**
 * The ops that models are written in, beside tensorflow.js' own.
 *
 * @module
 */
export { after } from "./after.ts";
export {
  attend,
  type AttendBlock,
  type AttendBlocks,
  type AttendInputs,
  type AttendOptions,
} from "./attend.ts";
export { avgPool2d, type AvgPool2dOptions } from "./avg_pool2d.ts";
export { type BlockAxis, blockOf, type BlockSpan, evenSpans } from "./blocks.ts";
export {
  batchNorm,
  type BatchNormResult,
  type BatchNormTensors,
  frozenBatchNorm,
} from "./batch_norm.ts";
export { binaryCrossEntropy } from "./binary_cross_entropy.ts";
export {
  type CachedAttention,
  cachedAttention,
  type CachedAttentionInputs,
  type CachedAttentionOptions,
} from "./cached_attention.ts";
export { classCrossEntropy } from "./class_cross_entropy.ts";
export { conv2d, type Conv2dOptions } from "./conv2d.ts";
export { convTranspose2d, type ConvTranspose2dOptions } from "./conv_transpose2d.ts";
export { dropout, Noise, noiseSize } from "./dropout.ts";
export {
  eightBitMatMul,
  type EightBitMatrix,
  type EightBitOptions,
  type EightBitTensors,
  trainedEightBitMatMul,
} from "./eight_bit_mat_mul.ts";
export { embedding } from "./embedding.ts";
export { gelu } from "./gelu.ts";
export { groupNorm, type GroupNormOptions } from "./group_norm.ts";
export { layerNorm } from "./layer_norm.ts";
export { lossInPieces, type PieceRows } from "./loss_in_pieces.ts";
export { maskedGradient } from "./masked_gradient.ts";
export { maxPool2d, type MaxPool2dOptions } from "./max_pool2d.ts";
export { numbersInPieces } from "./numbers_in_pieces.ts";
export { quantizedEmbedding } from "./quantized_embedding.ts";
export { quantizedMatMul, type QuantizedTensors } from "./quantized_mat_mul.ts";
export { recompute } from "./recompute.ts";
export { resize2d, type Resize2dOptions, type ResizeTarget } from "./resize2d.ts";
export { rmsNorm } from "./rms_norm.ts";
export { rotateHalves } from "./rotate_halves.ts";
export { countedRows, rowsInPieces } from "./rows_in_pieces.ts";
export { collectRows, type GridRows, spreadRows } from "./shared_rows.ts";
export { gatedSilu, silu } from "./silu.ts";
export { sumOfSquares } from "./sum_of_squares.ts";
