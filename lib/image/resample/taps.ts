/**
 * Which pixels of a row make a pixel of the resized row, and with which weights.
 *
 * @module
 */
import type { ResampleFilter } from "./filters.ts";

/** For each pixel of the result: the first pixel that it is made of, how many, and their weights. */
export interface Taps {
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** [result, most taps], in units of 2^-22. */
  readonly weights: Int32Array;
  /** Weights kept for each pixel of the result. */
  readonly stride: number;
}

/** Weights have so many bits after the point: 8 bits of a pixel and 2 of overshoot are left of 32. */
export const weightBits = 22;

/**
 * The taps of one axis, in Pillow's fixed point. Where the result is smaller, the filter is as much wider,
 * which is what other libraries call antialiasing.
 *
 * @param from the first pixel of the result that is wanted
 * @param wanted how many
 */
export function tapsOf(
  inputs: number,
  outputs: number,
  { support, weight }: ResampleFilter,
  from: number,
  wanted: number,
): Taps {
  const scale = inputs / outputs;
  const widening = Math.max(scale, 1);
  const reach = support * widening;
  const stride = Math.ceil(reach) * 2 + 1;
  const first = new Int32Array(wanted);
  const count = new Int32Array(wanted);
  const weights = new Int32Array(wanted * stride);
  const exact = new Float64Array(stride);
  for (let at = 0; at < wanted; at++) {
    const middle = (from + at + 0.5) * scale;
    const start = Math.max(Math.trunc(middle - reach + 0.5), 0);
    const taps = Math.min(Math.trunc(middle + reach + 0.5), inputs) - start;
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      exact[tap] = weight((tap + start - middle + 0.5) * (1 / widening));
      sum += exact[tap];
    }
    for (let tap = 0; tap < taps; tap++) {
      const share = (sum === 0 ? exact[tap] : exact[tap] / sum) * 2 ** weightBits;
      weights[at * stride + tap] = Math.trunc(share < 0 ? share - 0.5 : share + 0.5);
    }
    first[at] = start;
    count[at] = taps;
  }
  return { first, count, weights, stride };
}
