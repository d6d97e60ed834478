/**
 * Double quantisation (QLoRA, arXiv 2305.14314, section 3): the blocks' absolute maxima, less their
 * mean, are quantised themselves, to eight bits in blocks of 256. It takes 0.127 instead of 0.5
 * bits for each number of the matrix.
 *
 * @module
 */
import { blockMaxima } from "./four_bit.ts";

/** Maxima that share one scale. */
export const nestedBlockSize = 256;

/** Quantised absolute maxima. */
export interface NestedMaxima {
  /** One for each block of the matrix. */
  readonly codes: Uint8Array;
  /** What the 256 codes stand for. */
  readonly map: Float32Array;
  /** The scale of each block of codes. */
  readonly scales: Float32Array;
  /** The mean that was taken away. */
  readonly offset: number;
  readonly blockSize: number;
}

/** Quantises absolute maxima. */
export function nestMaxima(maxima: Float32Array): NestedMaxima {
  const map = dynamicMap();
  const offset = Math.fround(maxima.reduce((sum, each) => sum + each, 0) / maxima.length);
  const centred = maxima.map((each) => each - offset);
  const scales = blockMaxima(centred, nestedBlockSize);
  const codes = new Uint8Array(maxima.length);
  for (let i = 0; i < codes.length; i++) {
    const scale = scales[Math.floor(i / nestedBlockSize)];
    // Where all are the same, any code times the scale is zero; bitsandbytes writes 0.
    codes[i] = scale === 0 ? 0 : nearest(map, Math.fround(centred[i] / scale));
  }
  return { codes, map, scales, offset, blockSize: nestedBlockSize };
}

/** The absolute maxima that a product uses. */
export function unnestMaxima(nested: NestedMaxima): Float32Array<ArrayBuffer> {
  const { codes, map, scales, offset, blockSize } = nested;
  const maxima = new Float32Array(codes.length);
  for (let i = 0; i < codes.length; i++) {
    maxima[i] = Math.fround(map[codes[i]] * scales[Math.floor(i / blockSize)]) + offset;
  }
  return maxima;
}

/**
 * The dynamic tree of eight bits (Dettmers et al., arXiv 2110.02861): a sign, an exponent in unary,
 * and a linear fraction in what remains. As bitsandbytes' `create_dynamic_map()`.
 */
export function dynamicMap(): Float32Array {
  const exponents = 7;
  const numbers = [0, 1];
  for (let i = 0; i < exponents; i++) {
    const fractions = linear(0.1, 1, 2 ** i + 1);
    const factor = Math.fround(10 ** (i - exponents + 1));
    for (let k = 0; k + 1 < fractions.length; k++) {
      const middle = Math.fround(Math.fround(fractions[k] + fractions[k + 1]) / 2);
      numbers.push(Math.fround(factor * middle), -Math.fround(factor * middle));
    }
  }
  return Float32Array.from(numbers).sort();
}

/** Evenly spaced numbers in float32, counted from the nearer end as PyTorch does. */
function linear(start: number, end: number, count: number): Float32Array {
  const from = Math.fround(start);
  const step = Math.fround(Math.fround(end - from) / (count - 1));
  return Float32Array.from(
    { length: count },
    (_, i) => i < count / 2 ? from + step * i : end - step * (count - 1 - i),
  );
}

/** The index of the nearest number of an ascending list; of the lower one where two are as near. */
function nearest(list: Float32Array, wanted: number): number {
  let low = 0;
  let high = list.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  const isBelow = low > 0 && wanted - list[low - 1] <= list[low] - wanted;
  return isBelow ? low - 1 : low;
}
