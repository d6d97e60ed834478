/**
 * PNG masks: a class or an object for each pixel.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { TunebookError } from "../../core/errors.ts";
import { required, text, whole } from "../../core/option_rules.ts";
import { type DecodeImageOptions, mostPixels } from "../decode_image.ts";
import { readPng, samplesOf } from "../decode_png.ts";
import { damagedImage } from "../known_image.ts";
import { imageKindOf } from "../image_kind.ts";

/** A number for each pixel. */
export interface PixelMask {
  readonly width: number;
  readonly height: number;
  /** [height, width], rows from the top. */
  readonly ids: Uint8Array | Uint16Array;
}

/** The class that is not learnt, as in transformers' segmentation: what shows no part of the image. */
export const ignoredId = 255;

/**
 * Reads the stored numbers of a PNG: the entries of a palette (not their colours), or grey values as they
 * are, of 1 to 16 bits. Colour is read where red, green and blue are the same.
 *
 * Throws a `TunebookError` of kind "data" that begins with `where` for other formats (JPEG changes
 * numbers), for colours that mean no number, and for a damaged file.
 *
 * @example
 * ```ts
 * import { readMask } from "tunebook";
 * import { encode } from "fast-png";
 * import assert from "node:assert/strict";
 *
 * const data = Uint8Array.of(0, 2, 255, 1);
 * const png = encode({ width: 2, height: 2, channels: 1, depth: 8, data });
 * const { ids } = await readMask(png, { where: "mask.png" });
 * assert.deepEqual([...ids], [0, 2, 255, 1]);
 * ```
 */
export async function readMask(
  bytes: Uint8Array,
  options: DecodeImageOptions,
): Promise<PixelMask> {
  checkOptions("readMask", options, { where: required(text), maxPixels: whole });
  const { where, maxPixels = mostPixels } = options;
  if (bytes.length === 0) throw new TunebookError("data", `${where} is empty`);
  const { format, name } = imageKindOf(bytes);
  if (format !== "png") {
    const hint = format === "jpeg" ? ", which changes numbers when it is saved" : "";
    throw new TunebookError("data", `${where} is ${name}${hint}; a mask must be PNG`);
  }
  try {
    const png = await readPng(bytes, { where, maxPixels });
    const { width, height, channels, depth } = png;
    const samples = samplesOf(png);
    const ids = depth === 16 ? new Uint16Array(width * height) : new Uint8Array(width * height);
    for (let at = 0; at < ids.length; at++) {
      ids[at] = samples[at * channels];
      if (channels < 3) continue;
      const isGrey = samples[at * channels + 1] === ids[at] &&
        samples[at * channels + 2] === ids[at];
      if (!isGrey) throw coloured(where);
    }
    return { width, height, ids };
  } catch (error) {
    throw damagedImage(error, `${where} is ${name}`);
  }
}

function coloured(where: string): TunebookError {
  return new TunebookError(
    "data",
    `${where} has colours, and a mask has one number for each pixel: save it as grey or with a palette`,
  );
}
