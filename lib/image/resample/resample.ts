/**
 * Resizes images to the same bits as Pillow: two passes of 8-bit pixels in fixed point, across and down.
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
 * those of `PIL.Image.resize` of Pillow 13. Up to Pillow 12 images that lose much more of their height than
 * of their width were resized across first as all others: there bilinear differs by one of 255, and filters
 * that overshoot by more at hard edges, because bytes are cut off between the passes.
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
  const kernel = resampleFilters[filter];
  const across = width === image.width
    ? undefined
    : tapsOf(image.width, width, kernel, region.left, region.width);
  const down = height === image.height
    ? undefined
    : tapsOf(image.height, height, kernel, region.top, region.height);
  const rows = down ? inputsOf(down) : { first: region.top, count: region.height };
  const columns = across ? inputsOf(across) : { first: region.left, count: region.width };
  if (across === undefined) return downPass(image, down!, columns, 0);
  if (down === undefined) return acrossPass(image, across, rows, 0);
  return isDownFirst(image, target)
    ? acrossPass(downPass(image, down, columns, 0), across, wholeOf(region.height), columns.first)
    : downPass(acrossPass(image, across, rows, 0), down, wholeOf(region.width), rows.first);
}

/** Pillow 13 takes the order that makes fewer pixels on the way, by this rule. */
function isDownFirst(image: Image, { width, height }: ResampleTarget): boolean {
  return height < image.height && image.height - height > 2 * (image.width - width);
}

/** Rows or columns that follow each other. */
interface Span {
  readonly first: number;
  readonly count: number;
}

const wholeOf = (count: number): Span => ({ first: 0, count });

/** What is read of the axis that taps are along. */
function inputsOf({ first, count }: Taps): Span {
  const last = first.length - 1;
  return { first: first[0], count: first[last] + count[last] - first[0] };
}

const half = 1 << weightBits - 1;

function clipped(sum: number): number {
  const value = sum >> weightBits;
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

/**
 * Resizes some rows of an image along themselves.
 *
 * @param before columns of the original that are not in `image`
 */
function acrossPass(
  { width, channels, data }: Image,
  { first, count, weights, stride }: Taps,
  rows: Span,
  before: number,
): Image {
  const wanted = first.length;
  const result = new Uint8Array(rows.count * wanted * channels);
  let to = 0;
  for (let row = 0; row < rows.count; row++) {
    const start = ((rows.first + row) * width - before) * channels;
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
  return { width: wanted, height: rows.count, channels, data: result };
}

/**
 * Resizes some columns of an image along themselves.
 *
 * @param before rows of the original that are not in `image`
 */
function downPass(
  { width, channels, data }: Image,
  { first, count, weights, stride }: Taps,
  columns: Span,
  before: number,
): Image {
  const wanted = first.length;
  const rowBytes = columns.count * channels;
  const result = new Uint8Array(wanted * rowBytes);
  const sums = new Int32Array(rowBytes);
  for (let row = 0; row < wanted; row++) {
    sums.fill(half);
    for (let tap = 0; tap < count[row]; tap++) {
      const weight = weights[row * stride + tap];
      const from = ((first[row] - before + tap) * width + columns.first) * channels;
      for (let at = 0; at < rowBytes; at++) sums[at] += Math.imul(data[from + at], weight);
    }
    const to = row * rowBytes;
    for (let at = 0; at < rowBytes; at++) result[to + at] = clipped(sums[at]);
  }
  return { width: columns.count, height: wanted, channels, data: result };
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
