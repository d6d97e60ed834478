/**
 * Matrices that are held in four or eight bits a number: their formats, and how a number is read
 * out of them. What makes such a matrix is in `weights/`, what multiplies by it in `ops/`.
 *
 * @module
 */

import { TunebookError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";

/**
 * How a matrix W [outFeatures, inFeatures] is held.
 *
 * - `nf4`: a code book of quantiles of the normal distribution (QLoRA, arXiv 2305.14314), one
 *   absolute maximum for each block of the flattened matrix. Memory layout of bitsandbytes.
 * - `fp4`: the same with the code book of a four-bit float.
 * - `int4`, `int8`: whole numbers around a zero point, one factor for each block of a row. Memory
 *   layout of ONNX Runtime's `MatMulNBits`.
 */
export type QuantizationFormat = "nf4" | "fp4" | "int4" | "int8";

/** All formats. */
export const quantizationFormats: readonly QuantizationFormat[] = ["nf4", "fp4", "int8", "int4"];

/** A format that a user wrote; another one is an error that suggests the nearest. */
export function quantizationFormatOf(format: unknown): QuantizationFormat {
  if (quantizationFormats.includes(format as QuantizationFormat)) {
    return format as QuantizationFormat;
  }
  throw new TunebookError(
    "input",
    `quantize is ${JSON.stringify(format)}${
      typeof format === "string" ? didYouMean(format, quantizationFormats) : ""
    }. Formats: ${quantizationFormats.join(", ")}`,
  );
}

/** The layout of one matrix. */
export interface QuantizedLayout {
  readonly format: QuantizationFormat;
  readonly outFeatures: number;
  readonly inFeatures: number;
  /** Numbers that share one scale. */
  readonly blockSize: number;
}

/** A matrix that is read, or quantised, when it is asked for. */
export interface QuantizedWeight extends QuantizedLayout {
  /** The shape is `quantizedShapes(…).codes`. */
  codes(): Uint8Array;
  /** The shape is `quantizedShapes(…).scales`. */
  scales(): Float32Array;
}

/** The numbers of NF4 (appendix E of the paper), as bitsandbytes has them. */
export const nf4Book: readonly number[] = [
  -1,
  -0.6961928009986877,
  -0.5250730514526367,
  -0.39491748809814453,
  -0.28444138169288635,
  -0.18477343022823334,
  -0.09105003625154495,
  0,
  0.07958029955625534,
  0.16093020141124725,
  0.24611230194568634,
  0.33791524171829224,
  0.44070982933044434,
  0.5626170039176941,
  0.7229568362236023,
  1,
];

/** 1/192, 2/3, 1, 1/3, 1/2, 1/6, 1/4 with a sign bit before them, as bitsandbytes has them. */
const fp4Half = [0, 0.005208333333, 0.66666667, 1, 0.33333333, 0.5, 0.16666667, 0.25];
export const fp4Book: readonly number[] = [...fp4Half, ...fp4Half.map((number) => -number)];

/** The numbers that four bits stand for, before they are multiplied by their block's scale. */
export function codeBook(format: QuantizationFormat): readonly number[] | undefined {
  return { nf4: nf4Book, fp4: fp4Book, int4: undefined, int8: undefined }[format];
}

/** The bits of one number. */
export function bitsOf(format: QuantizationFormat): 4 | 8 {
  return format === "int8" ? 8 : 4;
}

/** The code of zero in the integer formats. */
export function zeroPoint(format: QuantizationFormat): number {
  return 1 << (bitsOf(format) - 1);
}

/** Blocks of one row in the integer formats; the last one is filled up with zeros. */
export function blocksPerRow({ inFeatures, blockSize }: QuantizedLayout): number {
  return Math.ceil(inFeatures / blockSize);
}

/** The shapes of the two tensors that hold a matrix. */
export function quantizedShapes(layout: QuantizedLayout): { codes: number[]; scales: number[] } {
  const { format, outFeatures, inFeatures, blockSize } = layout;
  const size = outFeatures * inFeatures;
  if (codeBook(format)) {
    return { codes: [Math.ceil(size / 2)], scales: [Math.ceil(size / blockSize)] };
  }
  const blocks = blocksPerRow(layout);
  return {
    codes: [outFeatures, blocks, blockSize * bitsOf(format) / 8],
    scales: [outFeatures * blocks],
  };
}

/** The matrix as float32, row by row: exactly the numbers that a product with it uses. */
export function dequantize(weight: QuantizedWeight): Float32Array<ArrayBuffer> {
  const { format, outFeatures, inFeatures, blockSize } = weight;
  const codes = weight.codes();
  const scales = weight.scales();
  const numbers = new Float32Array(outFeatures * inFeatures);
  const book = codeBook(format);
  if (book) {
    const exact = Float32Array.from(book);
    for (let i = 0; i < numbers.length; i++) {
      const pair = codes[i >> 1];
      numbers[i] = exact[i % 2 === 0 ? pair >> 4 : pair & 15] * scales[Math.floor(i / blockSize)];
    }
    return numbers;
  }
  const blocks = blocksPerRow(weight);
  const zero = zeroPoint(format);
  for (let row = 0; row < outFeatures; row++) {
    for (let column = 0; column < inFeatures; column++) {
      const at = row * blocks * blockSize + column;
      const code = format === "int8" ? codes[at] : codes[at >> 1] >> (at % 2 * 4) & 15;
      numbers[row * inFeatures + column] = (code - zero) * scales[Math.floor(at / blockSize)];
    }
  }
  return numbers;
}
