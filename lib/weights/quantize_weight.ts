/**
 * Holds a matrix in four or eight bits a number.
 *
 * @module
 */
import { codeBook, type QuantizationFormat, type QuantizedWeight } from "../engine/mod.ts";
import { nestMaxima, unnestMaxima } from "./double_quantisation.ts";
import { blockMaxima, fourBitCodes } from "./four_bit.ts";
import { blockSteps, integerCodes } from "./integer_blocks.ts";

/** Numbers that share a scale: 64 with a code book, as in the paper and in bitsandbytes. */
const bookBlockSize = 64;
/** 32 otherwise, as transformers.js' four-bit files have it. */
const integerBlockSize = 32;

/** The block size that a format has unless a checkpoint says another. */
export function blockSizeOf(format: QuantizationFormat): number {
  return codeBook(format) ? bookBlockSize : integerBlockSize;
}

/**
 * A matrix that is quantised whenever it is asked for, so that its float32 numbers are in memory
 * for that moment only. The scales of `nf4` and `fp4` are those after double quantisation.
 *
 * @param read the matrix [outFeatures, inFeatures], row by row
 */
export function quantizeWeight(
  format: QuantizationFormat,
  [outFeatures, inFeatures]: readonly number[],
  read: () => Float32Array,
): QuantizedWeight {
  const layout = { format, outFeatures, inFeatures, blockSize: blockSizeOf(format) };
  if (!codeBook(format)) {
    // Programs ask for both, one after the other: the second need not read the matrix again.
    let kept: Float32Array | undefined;
    return {
      ...layout,
      codes() {
        const numbers = read();
        kept = blockSteps(layout, numbers);
        return integerCodes(layout, numbers, kept);
      },
      scales() {
        const steps = kept ?? blockSteps(layout, read());
        kept = undefined;
        return steps;
      },
    };
  }
  return {
    ...layout,
    codes: () => fourBitCodes(format, read(), layout.blockSize),
    scales: () => unnestMaxima(nestMaxima(blockMaxima(read(), layout.blockSize))),
  };
}
