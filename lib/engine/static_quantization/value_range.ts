/**
 * Numbers as whole ones with a scale: activations by a range that is known before, weights by channel.
 *
 * @module
 */

/** The least and the greatest number of a value. */
export interface ValueRange {
  readonly low: number;
  readonly high: number;
}

/** How a range is mapped to the bytes 0 to 255: number = scale · (byte − zeroPoint). */
export interface ByteScale {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** The largest byte. */
const largestByte = 255;
/** The least float32 that keeps all its digits. */
const leastScale = 2 ** -126;
/**
 * The largest code of a weight. Processors without dot products of bytes add two products of unsigned and signed bytes in
 * sixteen bits, which 255 · 64 · 2 does not leave: with codes up to 127 they would cut the sum.
 */
export const largestWeightCode = 64;

/**
 * The scale of activations, as `compute_scale_zp` of onnxruntime.quantization has it for QUInt8: zero is in the range, and
 * a number of its own among the bytes.
 */
export function byteScale({ low, high }: ValueRange): ByteScale {
  const [least, most] = [Math.min(low, 0), Math.max(high, 0)];
  const scale = (most - least) / largestByte;
  if (!(scale >= leastScale)) return { scale: 1, zeroPoint: 0 };
  return { scale: Math.fround(scale), zeroPoint: roundHalfEven((0 - least) / scale) };
}

/** The scale of each output channel of a weight whose first axis they are: its largest number is a code of 64. */
export function channelScales(numbers: Float32Array, channels: number): Float32Array<ArrayBuffer> {
  const each = numbers.length / channels;
  return Float32Array.from({ length: channels }, (_, channel) => {
    let largest = 0;
    for (let i = channel * each; i < (channel + 1) * each; i++) {
      const number = Math.abs(numbers[i]);
      if (number > largest) largest = number;
    }
    const scale = largest / largestWeightCode;
    return scale >= leastScale ? scale : 1;
  });
}

/** The codes of a weight by those scales. */
export function weightCodes(numbers: Float32Array, scales: Float32Array): Int8Array<ArrayBuffer> {
  const each = numbers.length / scales.length;
  const codes = new Int8Array(numbers.length);
  for (let channel = 0, i = 0; channel < scales.length; channel++) {
    const scale = scales[channel];
    for (const end = i + each; i < end; i++) {
      codes[i] = roundHalfEven(Math.fround(numbers[i] / scale));
    }
  }
  return codes;
}

/** The codes of a bias in the scale of its products; undefined where one needs more than 32 bits. */
export function biasCodes(
  numbers: Float32Array,
  scales: Float32Array,
): Int32Array<ArrayBuffer> | undefined {
  const codes = Array.from(numbers, (number, i) => roundHalfEven(number / scales[i]));
  if (codes.some((code) => Math.abs(code) >= 2 ** 31)) return undefined;
  return Int32Array.from(codes);
}

/** To the nearest whole number; halves to the even one, as ONNX and NumPy round. */
function roundHalfEven(number: number): number {
  const rounded = Math.round(number);
  return rounded - number === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
