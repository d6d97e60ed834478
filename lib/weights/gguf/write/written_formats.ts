/**
 * The formats of tensors that tunebook writes, and how numbers are rounded to them: to the bits that
 * the Python package gguf gives (`quantize`), which are those of ggml's reference.
 *
 * @module
 */
import { fromFloat32 } from "../../dtype.ts";
import type { TensorFormat } from "../tensor_format.ts";
import { tensorFormats } from "../tensor_formats.ts";

/** A format that can be written. */
export interface WrittenFormat extends TensorFormat {
  /** The largest number that it holds. */
  readonly largest: number;
  /** Numbers, whole blocks of them → their bytes. */
  fromFloat32(values: Float32Array): Uint8Array<ArrayBuffer>;
}

/** Their names. */
export const writtenFormatNames = ["F32", "F16", "Q8_0", "Q4_0"] as const;
/** A name of one. */
export type WrittenFormatName = typeof writtenFormatNames[number];

const [largestFloat32, largestFloat16] = [3.4028234663852886e38, 65504];
/** The largest codes: 127 of 8 bits, −8 of 4 bits. */
const [mostQ8, mostQ4] = [127, 8];

function readFormat(name: WrittenFormatName): TensorFormat {
  return tensorFormats.find((format) => format.name === name)!;
}

/** Rounds blocks one by one. */
function inBlocks(
  name: WrittenFormatName,
  most: number,
  block: (values: Float32Array, view: DataView, at: number) => void,
): WrittenFormat {
  const format = readFormat(name);
  const { blockSize, blockBytes } = format;
  return {
    ...format,
    largest: largestFloat16 * most,
    fromFloat32(values) {
      const bytes = new Uint8Array(values.length / blockSize * blockBytes);
      const view = new DataView(bytes.buffer);
      for (let from = 0, at = 0; from < values.length; from += blockSize, at += blockBytes) {
        block(values.subarray(from, from + blockSize), view, at);
      }
      return bytes;
    },
  };
}

const { fround, abs, floor, trunc } = Math;

/** Half away from zero, in float32. */
function rounded(value: number): number {
  const whole = floor(abs(value));
  const size = whole + floor(2 * fround(abs(value) - whole));
  return value < 0 ? -size : size;
}

/** The scale is the largest size / 127. */
const q8 = inBlocks("Q8_0", mostQ8, (values, view, at) => {
  let most = 0;
  for (const value of values) most = Math.max(most, abs(value));
  const scale = fround(most / mostQ8);
  const inverse = scale === 0 ? 0 : fround(1 / scale);
  view.setFloat16(at, scale, true);
  values.forEach((value, i) => view.setInt8(at + 2 + i, rounded(fround(value * inverse))));
});

/** The number of the largest size, the first of several, becomes −8. */
const q4 = inBlocks("Q4_0", mostQ4, (values, view, at) => {
  // Where all are zeros the first one's sign stays.
  let most = values[0];
  for (const value of values) if (abs(value) > abs(most)) most = value;
  const scale = fround(most / -mostQ4);
  const inverse = scale === 0 ? 0 : fround(1 / scale);
  const code = (value: number) =>
    Math.min(15, trunc(fround(fround(value * inverse) + (mostQ4 + 0.5))));
  view.setFloat16(at, scale, true);
  const half = values.length / 2;
  for (let i = 0; i < half; i++) {
    view.setUint8(at + 2 + i, code(values[i]) | (code(values[half + i]) << 4));
  }
});

function plain(name: "F32" | "F16", largest: number): WrittenFormat {
  return { ...readFormat(name), largest, fromFloat32: (values) => fromFloat32(name, values) };
}

/** The formats by name. */
export const writtenFormats: Readonly<Record<WrittenFormatName, WrittenFormat>> = {
  F32: plain("F32", largestFloat32),
  F16: plain("F16", largestFloat16),
  Q8_0: q8,
  Q4_0: q4,
};
