/**
 * Quantises a matrix to NF4 or FP4 as bitsandbytes does (QLoRA, Dettmers et al., arXiv 2305.14314,
 * section 3): the flattened numbers are cut into blocks, each block is divided by its absolute
 * maximum, and each number becomes the nearest one of a code book of sixteen. The number with the
 * even index is in the high half of a byte.
 *
 * @module
 */
import { codeBook, type PackedFormat } from "../engine/mod.ts";

/** Absolute maxima below it count as it, as with bitsandbytes, so that nothing is divided by 0. */
const leastMaximum = Math.fround(1e-38);

/** The absolute maximum of each block of the flattened matrix. */
export function blockMaxima(numbers: Float32Array, blockSize: number): Float32Array<ArrayBuffer> {
  const maxima = new Float32Array(Math.ceil(numbers.length / blockSize));
  for (let block = 0; block < maxima.length; block++) {
    const end = Math.min(numbers.length, (block + 1) * blockSize);
    let most = 0;
    for (let i = block * blockSize; i < end; i++) most = Math.max(most, Math.abs(numbers[i]));
    maxima[block] = most;
  }
  return maxima;
}

/** The numbers' codes, two a byte. */
export function fourBitCodes(
  format: PackedFormat,
  numbers: Float32Array,
  blockSize: number,
): Uint8Array<ArrayBuffer> {
  const { order, bounds } = sorted(codeBook(format)!);
  const codes = new Uint8Array(Math.ceil(numbers.length / 2));
  const maxima = blockMaxima(numbers, blockSize);
  const whole = Math.floor(numbers.length / blockSize) * blockSize;
  for (let i = 0; i < numbers.length + numbers.length % 2; i++) {
    let scaled = 0; // what an odd number of numbers is filled up with
    if (i < numbers.length) {
      const most = Math.max(maxima[Math.floor(i / blockSize)], leastMaximum);
      // bitsandbytes multiplies whole blocks by the reciprocal and divides the rest.
      scaled = Math.fround(
        i < whole ? numbers[i] * Math.fround(1 / most) : numbers[i] / most,
      );
    }
    let low = 0;
    let high = bounds.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (scaled > bounds[middle]) low = middle + 1;
      else high = middle;
    }
    codes[i >> 1] |= order[low] << (i % 2 === 0 ? 4 : 0);
  }
  return codes;
}

/** The code book's codes from its least number to its largest, and the middles between these. */
function sorted(book: readonly number[]): { order: number[]; bounds: Float32Array } {
  const exact = Float32Array.from(book);
  const order = [...exact.keys()].sort((a, b) => exact[a] - exact[b]);
  const bounds = Float32Array.from(
    { length: order.length - 1 },
    (_, i) => Math.fround(exact[order[i]] + exact[order[i + 1]]) / 2,
  );
  return { order, bounds };
}
