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
  const own = new Uint8Array(blockSize);
  for (let block = 0; block < outFeatures * blocks; block++) {
    const step = steps[block];
    const column = (block % blocks) * blockSize;
    const start = Math.floor(block / blocks) * inFeatures + column;
    const size = step === 0 ? 0 : Math.min(blockSize, inFeatures - column);
    for (let i = 0; i < size; i++) {
      // Rounded by cutting, several times faster than Math.round: no code is below zero.
      own[i] = Math.min(Math.max(numbers[start + i] / step + zero + 0.5, 0), most) | 0;
    }
    own.fill(zero, size);
    write(codes, own, block * blockSize, bitsOf(format));
  }
  return codes;
}

/** Puts a block's codes where those of so many numbers lie before them; blocks have even sizes. */
function write(codes: Uint8Array, block: Uint8Array, at: number, bits: 4 | 8): void {
  if (bits === 8) return codes.set(block, at);
  for (let i = 0; i < block.length; i += 2) codes[(at + i) >> 1] = block[i] | block[i + 1] << 4;
}
