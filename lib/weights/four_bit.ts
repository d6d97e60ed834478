/**
 * Quantises a matrix to NF4 or FP4 as bitsandbytes does (QLoRA, Dettmers et al., arXiv 2305.14314,
 * section 3): the flattened numbers are cut into blocks, each block is divided by its absolute
 * maximum, and each number becomes the nearest one of a code book of sixteen. The number with the
 * even index is in the high half of a byte.
 *
 * @module
 */
import { codeBook, type QuantizationFormat } from "../engine/mod.ts";

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
  format: QuantizationFormat,
  numbers: Float32Array,
  blockSize: number,
): Uint8Array<ArrayBuffer> {
  const { order, bounds } = sorted(codeBook(format)!);
  const codes = new Uint8Array(Math.ceil(numbers.length / 2));
  const maxima = blockMaxima(numbers, blockSize);
  const filler = order[rank(0, bounds)];
  if (numbers.length % 2 === 1) codes[codes.length - 1] = filler;
  for (let block = 0; block < maxima.length; block++) {
    const start = block * blockSize;
    const end = Math.min(numbers.length, start + blockSize);
    const most = Math.max(maxima[block], leastMaximum);
    const factor = Math.fround(1 / most);
    // bitsandbytes multiplies whole blocks by the reciprocal and divides the rest.
    const isWhole = end - start === blockSize;
    for (let i = start; i < end; i++) {
      const scaled = Math.fround(isWhole ? numbers[i] * factor : numbers[i] / most);
      const code = order[rank(scaled, bounds)];
      codes[i >> 1] |= i % 2 === 0 ? code << 4 : code;
    }
  }
  return codes;
}

/** How many of the fifteen bounds lie below a number. */
function rank(number: number, bounds: Float32Array): number {
  let at = number > bounds[7] ? 8 : 0;
  if (number > bounds[at + 3]) at += 4;
  if (number > bounds[at + 1]) at += 2;
  return number > bounds[at] ? at + 1 : at;
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
