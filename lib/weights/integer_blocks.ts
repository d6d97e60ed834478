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
      for (let column = block * blockSize; column < end; column++) {
        const number = numbers[row * inFeatures + column];
        if (Math.abs(number) > Math.abs(extreme)) extreme = number;
      }
      steps[row * blocks + block] = extreme / -zeroPoint(format);
    }
  }
  return steps;
}

/** The numbers' codes. */
export function integerCodes(
  layout: QuantizedLayout,
  numbers: Float32Array,
): Uint8Array<ArrayBuffer> {
  const { format, outFeatures, inFeatures, blockSize } = layout;
  const steps = blockSteps(layout, numbers);
  const blocks = blocksPerRow(layout);
  const zero = zeroPoint(format);
  const bits = bitsOf(format);
  const codes = new Uint8Array(sizeOf(quantizedShapes(layout).codes));
  const perRow = blocks * blockSize;
  for (let row = 0; row < outFeatures; row++) {
    for (let column = 0; column < perRow; column++) {
      const step = steps[row * blocks + Math.floor(column / blockSize)];
      const number = column < inFeatures ? numbers[row * inFeatures + column] : 0;
      const rounded = step === 0 ? 0 : Math.round(number / step);
      const code = Math.min(Math.max(rounded + zero, 0), 2 * zero - 1);
      const at = row * perRow + column;
      if (bits === 4) codes[at >> 1] |= code << (at % 2 * 4);
      else codes[at] = code;
    }
  }
  return codes;
}
