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

/** The largest signed code. −128 is not used, so that the codes are symmetric. */
export const largestCode = 127;

/** The largest unsigned byte. */
export const largestByte = 255;

/** What the largest number counts as at least, so that zeros are divided by something. */
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

/** Makes numbers positive: cutting those rounds several times faster than Math.round. */
const above = largestCode + 0.5;

/** Edge of the squares in which codes are turned, so that both sides of them stay in the cache. */
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
  size: readonly number[],
): EightBitCodes {
  if (use === "backward") return codesByColumn(numbers, size);
  const { codes, scales } = codesByRow(numbers, size);
  return { codes: use === "forward" ? turned(codes, size) : codes, scales };
}

function codesByRow(numbers: Float32Array, [rows, columns]: readonly number[]): EightBitCodes {
  const codes = new Int8Array(numbers.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const end = (row + 1) * columns;
    let largest = 0;
    for (let i = end - columns; i < end; i++) {
      const each = Math.abs(numbers[i]);
      if (each > largest) largest = each;
    }
    scales[row] = largest / largestCode;
    const factor = factorOf(scales[row]);
    for (let i = end - columns; i < end; i++) {
      codes[i] = ((numbers[i] * factor + above) | 0) - largestCode;
    }
  }
  return { codes, scales };
}

function codesByColumn(numbers: Float32Array, [rows, columns]: readonly number[]): EightBitCodes {
  const scales = new Float32Array(columns);
  for (let row = 0, i = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, i++) {
      const each = Math.abs(numbers[i]);
      if (each > scales[column]) scales[column] = each;
    }
  }
  for (let column = 0; column < columns; column++) scales[column] /= largestCode;
  const factors = Float64Array.from(scales, factorOf);
  const codes = new Int8Array(numbers.length);
  for (let row = 0, i = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, i++) {
      codes[i] = ((numbers[i] * factors[column] + above) | 0) - largestCode;
    }
  }
  return { codes, scales };
}

/** Zeros have no scale: their codes are zeros too. */
function factorOf(scale: number): number {
  return scale === 0 ? 0 : 1 / scale;
}

function turned(
  codes: Int8Array<ArrayBuffer>,
  [rows, columns]: readonly number[],
): Int8Array<ArrayBuffer> {
  const made = new Int8Array(codes.length);
  for (let top = 0; top < rows; top += tile) {
    const bottom = Math.min(rows, top + tile);
    for (let left = 0; left < columns; left += tile) {
      const right = Math.min(columns, left + tile);
      for (let column = left; column < right; column++) {
        for (let row = top; row < bottom; row++) {
          made[column * rows + row] = codes[row * columns + column];
        }
      }
    }
  }
  return made;
}
