/**
 * Q8_0, Q4_0, Q4_1, Q5_0 and Q5_1: blocks of 32 numbers with a float16 scale, and those that end in
 * `_1` with a float16 minimum. Layouts: `block_q4_0` and so on in ggml-common.h of llama.cpp.
 *
 * The numbers are those of the Python package gguf bit for bit: a scale of 11 bits times a code of at
 * most 8 is exact in float32, so that only the sum with a minimum rounds, once.
 *
 * @module
 */
import { blockFormat, type TensorFormat } from "./tensor_format.ts";

const blockSize = 32;
const half = blockSize / 2;

const q8: TensorFormat = blockFormat(
  { name: "Q8_0", type: 8, blockSize, blockBytes: 34 },
  (view, from, target, to) => {
    const scale = view.getFloat16(from, true);
    for (let i = 0; i < blockSize; i++) target[to + i] = scale * view.getInt8(from + 2 + i);
  },
);

/** Codes of 4 bits, the first half of the block in the low ones; with 5 bits, the fifth apart. */
function small(
  name: string,
  type: number,
  { bits, hasMinimum }: { bits: 4 | 5; hasMinimum: boolean },
): TensorFormat {
  const highAt = hasMinimum ? 4 : 2;
  const lowAt = highAt + (bits === 5 ? 4 : 0);
  const shift = hasMinimum ? 0 : 2 ** (bits - 1);
  return blockFormat(
    { name, type, blockSize, blockBytes: lowAt + half },
    (view, from, target, to) => {
      const scale = view.getFloat16(from, true);
      const minimum = hasMinimum ? view.getFloat16(from + 2, true) : 0;
      const high = bits === 5 ? view.getUint32(from + highAt, true) : 0;
      for (let i = 0; i < half; i++) {
        const byte = view.getUint8(from + lowAt + i);
        const first = (byte & 15) | ((high >>> i & 1) << 4);
        const second = (byte >> 4) | ((high >>> (i + half) & 1) << 4);
        // Adding a zero would make a negative zero positive.
        target[to + i] = hasMinimum ? scale * first + minimum : scale * (first - shift);
        target[to + half + i] = hasMinimum ? scale * second + minimum : scale * (second - shift);
      }
    },
  );
}

/** The formats with blocks of 32 numbers. */
export const blockFormats: readonly TensorFormat[] = [
  q8,
  small("Q4_0", 2, { bits: 4, hasMinimum: false }),
  small("Q4_1", 3, { bits: 4, hasMinimum: true }),
  small("Q5_0", 6, { bits: 5, hasMinimum: false }),
  small("Q5_1", 7, { bits: 5, hasMinimum: true }),
];
