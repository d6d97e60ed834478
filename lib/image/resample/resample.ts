/**
 * Resizes images to the same bits as Pillow: two passes of 8-bit pixels in fixed point, across and then
 * down.
 *
 * @module
 */
import type { Image } from "../image.ts";
import { resampleFilters, type ResampleName } from "./filters.ts";
import { type Taps, tapsOf, weightBits } from "./taps.ts";

/** A part of an image in pixels. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** What size an image is to have. */
export interface ResampleTarget {
  readonly width: number;
  readonly height: number;
  readonly filter: ResampleName;
  /** The part of the result that is wanted; all of it unless given. Nothing else is computed. */
  readonly region?: Region;
}

/**
 * Resizes an image; every channel by itself, alpha too. Pillow's fixed-point arithmetic, so that bits are
 * those of `PIL.Image.resize`.
 *
 * @example
 * ```ts
 * import { resample } from "./resample.ts";
 * import assert from "node:assert/strict";
 *
 * const image = { width: 2, height: 1, channels: 1, data: Uint8Array.of(0, 100) } as const;
 * const { data } = resample(image, { width: 4, height: 1, filter: "bilinear" });
 * assert.deepEqual([...data], [0, 25, 75, 100]);
 * ```
 */
export function resample(image: Image, target: ResampleTarget): Image {
  const { width, height, filter } = target;
  const region = target.region ?? { left: 0, top: 0, width, height };
  const isSame = width === image.width && height === image.height;
  if (filter === "nearest" || isSame) return picked(image, target, region);
  const { channels } = image;
  const kernel = resampleFilters[filter];
  const down = height === image.height
    ? undefined
    : tapsOf(image.height, height, kernel, region.top, region.height);
  const across = width === image.width
    ? undefined
    : tapsOf(image.width, width, kernel, region.left, region.width);
  const firstRow = down ? down.first[0] : region.top;
  const rows = (down ? lastInput(down) : region.top + region.height) - firstRow;
  const between = across
    ? acrossPass(image, across, firstRow, rows)
    : columnsOf(image, { left: region.left, width: region.width, top: firstRow, height: rows });
  const data = down ? downPass(between, region.width * channels, down, firstRow) : between;
  return { width: region.width, height: region.height, channels, data };
}

function lastInput({ first, count }: Taps): number {
  const last = first.length - 1;
  return first[last] + count[last];
}

const half = 1 << weightBits - 1;

function clipped(sum: number): number {
  const value = sum >> weightBits;
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

/** [rows, wanted, channels] out of the rows that the second pass reads. */
function acrossPass(
  { width, channels, data }: Image,
  { first, count, weights, stride }: Taps,
  firstRow: number,
  rows: number,
): Uint8Array {
  const wanted = first.length;
  const result = new Uint8Array(rows * wanted * channels);
  let to = 0;
  for (let row = 0; row < rows; row++) {
    const start = (firstRow + row) * width * channels;
    for (let at = 0; at < wanted; at++) {
      const from = start + first[at] * channels;
      const weightsAt = at * stride;
      const taps = count[at];
      if (channels === 3) {
        let [red, green, blue] = [half, half, half];
        for (let tap = 0, pixel = from; tap < taps; tap++, pixel += 3) {
          const weight = weights[weightsAt + tap];
          red = red + Math.imul(data[pixel], weight) | 0;
          green = green + Math.imul(data[pixel + 1], weight) | 0;
          blue = blue + Math.imul(data[pixel + 2], weight) | 0;
        }
        result[to++] = clipped(red);
        result[to++] = clipped(green);
        result[to++] = clipped(blue);
        continue;
      }
      for (let c = 0; c < channels; c++) {
        let sum = half;
        for (let tap = 0, pixel = from + c; tap < taps; tap++, pixel += channels) {
          sum = sum + Math.imul(data[pixel], weights[weightsAt + tap]) | 0;
        }
        result[to++] = clipped(sum);
      }
    }
  }
  return result;
}

/** Rows of `rowBytes` bytes, the first of which is `firstRow` of the image, → the rows that are wanted. */
function downPass(
  data: Uint8Array,
  rowBytes: number,
  { first, count, weights, stride }: Taps,
  firstRow: number,
): Uint8Array {
  const wanted = first.length;
  const result = new Uint8Array(wanted * rowBytes);
  const sums = new Int32Array(rowBytes);
  for (let row = 0; row < wanted; row++) {
    sums.fill(half);
    for (let tap = 0; tap < count[row]; tap++) {
      const weight = weights[row * stride + tap];
      const from = (first[row] - firstRow + tap) * rowBytes;
      for (let at = 0; at < rowBytes; at++) sums[at] += Math.imul(data[from + at], weight);
    }
    const to = row * rowBytes;
    for (let at = 0; at < rowBytes; at++) result[to + at] = clipped(sums[at]);
  }
  return result;
}

/** A part of an image as it is. */
function columnsOf({ width, channels, data }: Image, region: Region): Uint8Array {
  const rowBytes = region.width * channels;
  const result = new Uint8Array(region.height * rowBytes);
  for (let row = 0; row < region.height; row++) {
    const from = ((region.top + row) * width + region.left) * channels;
    result.set(data.subarray(from, from + rowBytes), row * rowBytes);
  }
  return result;
}

/** The part of an image that a region covers. */
export function cropped(image: Image, region: Region): Image {
  const { width, height } = region;
  return { width, height, channels: image.channels, data: columnsOf(image, region) };
}

/** The nearest pixel, or the pixels as they are where the size is the same. */
function picked(image: Image, { width, height }: ResampleTarget, region: Region): Image {
  if (width === image.width && height === image.height) return cropped(image, region);
  const { channels, data } = image;
  const columns = nearestOf(image.width, width).subarray(region.left, region.left + region.width);
  const rows = nearestOf(image.height, height).subarray(region.top, region.top + region.height);
  const result = new Uint8Array(rows.length * columns.length * channels);
  let to = 0;
  for (const row of rows) {
    for (const column of columns) {
      const from = (row * image.width + column) * channels;
      for (let c = 0; c < channels; c++) result[to++] = data[from + c];
    }
  }
  return { width: region.width, height: region.height, channels, data: result };
}

/** Which of `inputs` pixels each of `outputs` is; Pillow adds up steps, which rounds as it does here. */
export function nearestOf(inputs: number, outputs: number): Int32Array {
  const step = inputs / outputs;
  const nearest = new Int32Array(outputs);
  for (let at = 0, position = step * 0.5; at < outputs; at++, position += step) {
    nearest[at] = Math.min(Math.floor(position), inputs - 1);
  }
  return nearest;
}
