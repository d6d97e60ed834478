/**
 * Image processors: what `preprocessor_config.json` says becomes the pixels that a model reads.
 *
 * @module
 */
import { takesNoOptions } from "../../core/check_options.ts";
import { TunebookError } from "../../core/errors.ts";
import type { Image } from "../image.ts";
import type { PixelMask } from "../masks/read_mask.ts";
import type { PixelSize } from "../pixel_size.ts";
import { nearestOf, type Region, resample } from "../resample/resample.ts";
import { rgbImage } from "../rgb_image.ts";
import { pixelTables } from "./pixel_table.ts";
import { type Placement, placementOf } from "./placement.ts";
import { type ProcessorSteps, processorSteps } from "./processor_config.ts";
import type { ConfigRecord } from "./processor_defaults.ts";

/** Turns images into what a model reads. */
export interface PixelProcessor {
  /** Today's keys with all defaults: what is written as `preprocessor_config.json` beside a model. */
  readonly config: ConfigRecord;
  /** The size of every result, where it is the same for all images. */
  readonly size: PixelSize | undefined;
  /** Whether images of a batch may have different sizes and are filled up to the largest (`padBatch`). */
  readonly padsBatch: boolean;
  /** Where an image of a size is resized to, and which part of that is shown: boxes move along. */
  placement(image: PixelSize): Placement;
  /** The size of the result for an image of a size. */
  outputSize(image: PixelSize): PixelSize;
  /** Resizes and crops alone: the same image with the size of the result, 3 channels of 8 bits. */
  fit(image: Image): Image;
  /** Resizes alone: what `fit` crops, 3 channels of 8 bits. Resized again, it stays as it is. */
  resize(image: Image): Image;
  /**
   * Resizes, crops, rescales and normalises.
   *
   * @returns [3, height, width], of `outputSize(image)`
   */
  process(image: Image): Promise<Float32Array>;
  /**
   * The pixels as they are, rescaled and normalised: for an image that an augmentation has already given
   * the size of a result.
   *
   * @returns [3, height, width]
   */
  normalize(image: Image): Float32Array;
  /** A mask resized and cropped like its image, by the nearest pixel; what is outside is `ignored`. */
  processMask(mask: PixelMask, ignored: number): PixelMask;
}

/**
 * Reads `preprocessor_config.json` of ViT, DeiT, BEiT, ConvNext, BiT, CLIP, SigLIP, PVT, MobileNet v1 and
 * v2, EfficientNet, SegFormer, DETR and YOLOS, old keys included. Grey images become RGB and alpha is left out, always.
 *
 * Results are those of transformers' processors on Pillow, bit by bit. Where torchvision is installed,
 * transformers 5 takes processors on tensors unless it is told `backend="pil"`. Those round otherwise: on
 * the golden images by one level of 255 with bilinear resizing, by up to five with bicubic and seven with
 * Lanczos at hard edges; the nearest pixel may be its neighbour.
 *
 * Throws a `TunebookError`: kind "weights" for values that make no sense, "unsupported" for another processor.
 *
 * @param where the file, in errors
 *
 * @example
 * ```ts
 * import { imageProcessor } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const processor = imageProcessor({
 *   image_processor_type: "ViTImageProcessor",
 *   size: { height: 2, width: 2 },
 * });
 * const white = { width: 4, height: 4, channels: 1, data: new Uint8Array(16).fill(255) } as const;
 * const pixels = await processor.process(white);
 * assert.equal(pixels.length, 3 * 2 * 2);
 * assert.ok(pixels.every((value) => value === 1));
 * ```
 */
export function imageProcessor(
  config: ConfigRecord,
  where = "preprocessor_config.json",
): PixelProcessor {
  takesNoOptions("imageProcessor", arguments, 2);
  const steps = processorSteps(config, where);
  const tables = pixelTables(steps);
  const placement = (image: PixelSize) => placementOf(image, steps);
  const fit = (image: Image) => placed(rgbImage(image), placement(image), steps, where);
  return {
    config: steps.config,
    size: fixedSize(steps),
    padsBatch: steps.padsBatch,
    placement,
    outputSize(image) {
      const { width, height } = placement(image).region;
      return { width, height };
    },
    fit,
    resize(image) {
      const { resized } = placement(image);
      return placed(
        rgbImage(image),
        { resized, region: { left: 0, top: 0, ...resized } },
        steps,
        where,
      );
    },
    // deno-lint-ignore require-await -- throws must become rejections
    async process(image) {
      return planes(fit(image), tables);
    },
    normalize: (image) => planes(rgbImage(image), tables),
    processMask: (mask, ignored) => placedMask(mask, placement(mask), steps, ignored),
  };
}

function fixedSize({ crop, resize, cropShare }: ProcessorSteps): PixelSize | undefined {
  if (crop) return crop;
  if (!resize) return undefined;
  if ("height" in resize.size) return resize.size;
  if (cropShare === undefined || !("shortest_edge" in resize.size)) return undefined;
  return { width: resize.size.shortest_edge, height: resize.size.shortest_edge };
}

/** The part of the region that the resized image covers, in the resized image. */
function covered({ resized, region }: Placement): Region {
  const left = Math.max(region.left, 0);
  const top = Math.max(region.top, 0);
  return {
    left,
    top,
    width: Math.min(region.left + region.width, resized.width) - left,
    height: Math.min(region.top + region.height, resized.height) - top,
  };
}

function placed(
  image: Image,
  placement: Placement,
  { resize }: ProcessorSteps,
  where: string,
): Image {
  const { resized, region } = placement;
  if (resized.width < 1 || resized.height < 1) {
    throw new TunebookError(
      "data",
      `an image of ${image.width} × ${image.height} pixels has no pixel left after ${where} resized it`,
    );
  }
  const part = covered(placement);
  const shown = resample(image, { ...resized, filter: resize?.filter ?? "nearest", region: part });
  if (part.width === region.width && part.height === region.height) return shown;
  const data = new Uint8Array(region.width * region.height * 3);
  for (let row = 0; row < part.height; row++) {
    const from = row * part.width * 3;
    const to = (part.top - region.top + row) * region.width + part.left - region.left;
    data.set(shown.data.subarray(from, from + part.width * 3), to * 3);
  }
  return { width: region.width, height: region.height, channels: 3, data };
}

/** [height, width, 3] → [3, height, width]. */
function planes({ width, height, data }: Image, tables: readonly Float32Array[]): Float32Array {
  const pixels = width * height;
  const result = new Float32Array(3 * pixels);
  const [red, green, blue] = tables;
  for (let at = 0, from = 0; at < pixels; at++, from += 3) {
    result[at] = red[data[from]];
    result[pixels + at] = green[data[from + 1]];
    result[2 * pixels + at] = blue[data[from + 2]];
  }
  return result;
}

function placedMask(
  mask: PixelMask,
  placement: Placement,
  { reducesLabels }: ProcessorSteps,
  ignored: number,
): PixelMask {
  const { resized, region } = placement;
  const columns = nearestOf(mask.width, resized.width);
  const rows = nearestOf(mask.height, resized.height);
  const { width, height } = region;
  const ids = ignored > 255 ? new Uint16Array(width * height) : new Uint8Array(width * height);
  const result = mask.ids instanceof Uint16Array ? Uint16Array.from(ids) : ids;
  result.fill(ignored);
  const part = covered(placement);
  for (let y = 0; y < part.height; y++) {
    const from = rows[part.top + y] * mask.width;
    const to = (part.top - region.top + y) * width + part.left - region.left;
    for (let x = 0; x < part.width; x++) {
      const id = mask.ids[from + columns[part.left + x]];
      result[to + x] = reducesLabels ? id === 0 ? ignored : id === ignored ? ignored : id - 1 : id;
    }
  }
  return { width, height, ids: result };
}
