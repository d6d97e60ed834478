/**
 * Quantises a matrix to whole numbers of four or eight bits as ONNX Runtime's symmetric block
 * quantiser does: in each block of a row, the number of the largest size becomes the least code,
 * −8 or −128, and the others are rounded to multiples of the same step. For four bits the number
 * with the even index is in the low half of a byte.
 *
 * @module
 */
import {
  bitsOf,
  blocksPerRow,
  type QuantizedLayout,
  quantizedShapes,
  sizeOf,
} from "../engine/mod.ts";
import { zeroPoint } from "../engine/mod.ts";

/** The step of each block, negative where the largest number is positive. */
export function blockSteps(
  layout: QuantizedLayout,
  numbers: Float32Array,
): Float32Array<ArrayBuffer> {
  const { format, outFeatures, inFeatures, blockSize } = layout;
  const blocks = blocksPerRow(layout);
  const steps = new Float32Array(outFeatures * blocks);
  for (let row = 0; row < outFeatures; row++) {
    for (let block = 0; block < blocks; block++) {
      const end = Math.min(inFeatures, (block + 1) * blockSize);
      let extreme = 0;
      let size = 0;
      for (let column = block * blockSize; column < end; column++) {
        const number = numbers[row * inFeatures + column];
        const own = number < 0 ? -number : number;
        if (own <= size) continue;
        size = own;
        extreme = number;
      }
      steps[row * blocks + block] = extreme / -zeroPoint(format);
    }
  }
  return steps;
}

/** The numbers' codes in those steps. */
export function integerCodes(
  layout: QuantizedLayout,
  numbers: Float32Array,
  steps: Float32Array = blockSteps(layout, numbers),
): Uint8Array<ArrayBuffer> {
  const { format, outFeatures, inFeatures, blockSize } = layout;
  const blocks = blocksPerRow(layout);
  const zero = zeroPoint(format);
  const most = 2 * zero - 1;
  const codes = new Uint8Array(sizeOf(quantizedShapes(layout).codes));
  const isHalf = bitsOf(format) === 4;
  // What fills the last block up is the code of zero.
  codes.fill(isHalf ? zero | zero << 4 : zero);
  for (let row = 0; row < outFeatures; row++) {
    for (let block = 0; block < blocks; block++) {
      const step = steps[row * blocks + block];
      if (step === 0) continue;
      const first = block * blockSize;
      const count = Math.min(blockSize, inFeatures - first);
      const from = row * inFeatures + first;
      const to = (row * blocks + block) * blockSize;
      for (let i = 0; i < count; i++) {
        const rounded = Math.round(numbers[from + i] / step) + zero;
        const code = rounded > most ? most : rounded < 0 ? 0 : rounded;
        if (!isHalf) codes[to + i] = code;
        else {
          const at = (to + i) >> 1;
          codes[at] = i % 2 === 0 ? codes[at] & 0xf0 | code : codes[at] & 0x0f | code << 4;
        }
      }
    }
  }
  return codes;
}
