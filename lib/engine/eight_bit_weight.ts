/**
 * Frozen matrices in eight bits for products of whole numbers: symmetric codes from −127 to 127, and one
 * scale for each column of the product that they are in (LLM.int8, arXiv 2208.07339, calls that
 * vector-wise quantisation).
 *
 * A matrix W [outFeatures, inFeatures] is in two products of a training step, x·Wᵀ and dy·W, whose
 * columns differ. With codes for each of them both are fast; with codes for one, memory is half of that.
 *
 * @module
 */
import type { Dim, InputSpec } from "./program.ts";

/** The largest code. −128 is not used, so that the codes are symmetric. */
export const maxCode = 127;

/** What a row's largest number counts as at least, so that a row of zeros is divided by something. */
export const leastLargest = 1e-30;

/**
 * What a frozen matrix is held in:
 *
 * - `forward`: codes [inFeatures, outFeatures], scales [outFeatures], for x·Wᵀ;
 * - `backward`: codes [outFeatures, inFeatures], scales [inFeatures], for dy·W;
 * - `rows`: codes [outFeatures, inFeatures], scales [outFeatures], for both in half the memory.
 */
export type EightBitUse = "forward" | "backward" | "rows";

/** Codes with their scales. */
export interface EightBitCodes {
  readonly codes: Int8Array<ArrayBuffer>;
  readonly scales: Float32Array<ArrayBuffer>;
}

/** Edge of the squares in which a matrix is turned, so that both sides of them stay in the cache. */
const tile = 32;

/** The program inputs of a matrix [outFeatures, inFeatures] for one use. */
export function eightBitInputs(
  use: EightBitUse,
  [outFeatures, inFeatures]: readonly Dim[],
): { codes: InputSpec; scales: InputSpec } {
  const shape = use === "forward" ? [inFeatures, outFeatures] : [outFeatures, inFeatures];
  const scaled = use === "backward" ? inFeatures : outFeatures;
  return {
    codes: { role: "frozen", type: "int8", shape },
    scales: { role: "frozen", type: "float32", shape: [scaled] },
  };
}

/**
 * A matrix in eight bits, rounded to the nearest code.
 *
 * @param numbers [outFeatures, inFeatures], row by row
 */
export function eightBitCodes(
  use: EightBitUse,
  numbers: Float32Array,
  [outFeatures, inFeatures]: readonly number[],
): EightBitCodes {
  const size = [outFeatures, inFeatures] as const;
  const scales = scalesOf(use === "backward" ? "columns" : "rows", numbers, size);
  const codes = new Int8Array(numbers.length);
  // A matrix of zeros in a row or a column has no scale: its codes are zeros too.
  const factors = Float64Array.from(scales, (scale) => scale === 0 ? 0 : 1 / scale);
  const ofColumn = use === "backward";
  const isTurned = use === "forward";
  for (let top = 0; top < outFeatures; top += tile) {
    const bottom = Math.min(outFeatures, top + tile);
    for (let left = 0; left < inFeatures; left += tile) {
      const right = Math.min(inFeatures, left + tile);
      for (let row = top; row < bottom; row++) {
        for (let column = left; column < right; column++) {
          const at = row * inFeatures + column;
          const code = numbers[at] * factors[ofColumn ? column : row] + maxCode + 0.5;
          // Cutting a positive number rounds several times faster than Math.round.
          codes[isTurned ? column * outFeatures + row : at] = (code | 0) - maxCode;
        }
      }
    }
  }
  return { codes, scales };
}

function scalesOf(
  of: "rows" | "columns",
  numbers: Float32Array,
  [rows, columns]: readonly [number, number],
): Float32Array<ArrayBuffer> {
  const scales = new Float32Array(of === "rows" ? rows : columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const size = Math.abs(numbers[row * columns + column]);
      const at = of === "rows" ? row : column;
      if (size > scales[at]) scales[at] = size;
    }
  }
  for (let i = 0; i < scales.length; i++) scales[i] /= maxCode;
  return scales;
}
