/**
 * Q4_K, Q5_K and Q6_K: blocks of 256 numbers whose parts have whole-number scales, which one float16
 * multiplies. Layouts: `block_q4_K` and so on in ggml-common.h of llama.cpp.
 *
 * All products are exact in float32 (11 + 8 + 6 bits at most, of which the largest codes use fewer),
 * so that only the difference with a minimum rounds, once, as in the Python package gguf.
 *
 * @module
 */
import { blockFormat, type TensorFormat } from "./tensor_format.ts";

const blockSize = 256;
/** Numbers with one scale and one minimum in Q4_K and Q5_K. */
const partSize = 32;
const parts = blockSize / partSize;
/** Bytes of eight scales and eight minima of 6 bits. */
const scaleBytes = 12;
const sixBits = 63;

/** A scale and a minimum: the first four whole in bytes, the others' high bits beside those. */
function scaleAndMinimum(view: DataView, from: number, part: number): [number, number] {
  const byte = (i: number) => view.getUint8(from + i);
  if (part < 4) return [byte(part) & sixBits, byte(part + 4) & sixBits];
  const low = byte(part + 4);
  return [(low & 15) | (byte(part - 4) >> 6 << 4), (low >> 4) | (byte(part) >> 6 << 4)];
}

/** Two parts share their bytes: the first has the low 4 bits. The fifth bits stand apart. */
function withMinima(name: string, type: number, bits: 4 | 5): TensorFormat {
  const scalesAt = 4;
  const highAt = scalesAt + scaleBytes;
  const lowAt = highAt + (bits === 5 ? partSize : 0);
  return blockFormat(
    { name, type, blockSize, blockBytes: lowAt + blockSize / 2 },
    (view, from, target, to) => {
      const scale = view.getFloat16(from, true);
      const minimum = view.getFloat16(from + 2, true);
      for (let part = 0; part < parts; part++) {
        const [ownScale, ownMinimum] = scaleAndMinimum(view, from + scalesAt, part);
        const [d, m] = [scale * ownScale, minimum * ownMinimum];
        const codesAt = from + lowAt + (part >> 1) * partSize;
        const shift = (part & 1) * 4;
        for (let i = 0; i < partSize; i++) {
          const low = view.getUint8(codesAt + i) >> shift & 15;
          const high = bits === 5 ? (view.getUint8(from + highAt + i) >> part & 1) << 4 : 0;
          target[to + part * partSize + i] = d * (low | high) - m;
        }
      }
    },
  );
}

/** Bytes with the low 4 bits, bytes with the high 2, scales of 16 numbers each, and their scale. */
const [highAt, scalesAt, scaleAt, blockBytes] = [128, 192, 208, 210];

const q6: TensorFormat = blockFormat(
  { name: "Q6_K", type: 14, blockSize, blockBytes },
  (view, from, target, to) => {
    const scale = view.getFloat16(from + scaleAt, true);
    for (let i = 0; i < blockSize; i++) {
      // Each half of the block: 64 bytes of low bits, used twice, and 32 of high bits, used four times.
      const [whole, within] = [i >> 7, i & 127];
      const quarter = within >> 5;
      const low = view.getUint8(from + whole * 64 + (within & 63)) >> (quarter >> 1) * 4 & 15;
      const high = view.getUint8(from + highAt + whole * 32 + (within & 31)) >> quarter * 2 & 3;
      const d = scale * view.getInt8(from + scalesAt + (i >> 4));
      target[to + i] = d * ((low | high << 4) - 32);
    }
  },
);

/** The formats with blocks of 256 numbers. */
export const kFormats: readonly TensorFormat[] = [
  withMinima("Q4_K", 12, 4),
  withMinima("Q5_K", 13, 5),
  q6,
];
