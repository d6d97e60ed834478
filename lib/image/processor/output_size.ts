/**
 * The sizes that image processors resize to, as transformers computes them.
 *
 * @module
 */
import type { PixelSize } from "../pixel_size.ts";

/** The key `size` of `preprocessor_config.json`. */
export type SizeConfig =
  | { readonly height: number; readonly width: number }
  | { readonly shortest_edge: number; readonly longest_edge?: number }
  | { readonly max_height: number; readonly max_width: number };

/**
 * The size of a resized image.
 *
 * @param multiple both sides become multiples of it, rounded down: YOLOS' patches
 *
 * @example
 * ```ts
 * import { outputSize } from "./output_size.ts";
 * import assert from "node:assert/strict";
 *
 * const size = outputSize({ width: 640, height: 480 }, { shortest_edge: 256 });
 * assert.deepEqual(size, { width: 341, height: 256 });
 * ```
 */
export function outputSize(image: PixelSize, size: SizeConfig, multiple?: number): PixelSize {
  if ("height" in size) return { width: size.width, height: size.height };
  if ("max_height" in size) {
    const scale = Math.min(size.max_height / image.height, size.max_width / image.width);
    return { width: Math.trunc(image.width * scale), height: Math.trunc(image.height * scale) };
  }
  const { width, height } = size.longest_edge === undefined
    ? byShortest(image, size.shortest_edge)
    : byBoth(image, size.shortest_edge, size.longest_edge);
  if (multiple === undefined) return { width, height };
  return { width: width - width % multiple, height: height - height % multiple };
}

function byShortest({ width, height }: PixelSize, edge: number): PixelSize {
  return width <= height
    ? { width: edge, height: Math.trunc(edge * height / width) }
    : { width: Math.trunc(edge * width / height), height: edge };
}

/** The shorter edge gets its size, unless the longer one would be too long. */
function byBoth({ width, height }: PixelSize, shortest: number, longest: number): PixelSize {
  const [short, long] = [Math.min(width, height), Math.max(width, height)];
  let edge = shortest;
  let exact = shortest;
  if (long / short * shortest > longest) {
    exact = longest * short / long;
    edge = roundedToEven(exact);
  }
  if (short === edge) return { width, height };
  return width < height
    ? { width: edge, height: Math.trunc(exact * height / width) }
    : { width: Math.trunc(exact * width / height), height: edge };
}

/** Python's `round`: halves go to the even number. */
function roundedToEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
