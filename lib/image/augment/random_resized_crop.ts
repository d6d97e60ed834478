/**
 * A random part of an image, resized (Szegedy et al., "Going deeper with convolutions", 2014).
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { oneOf, required, type Rule, type Rules } from "../../core/option_rules.ts";
import type { Random } from "../../core/random.ts";
import type { ImageObject } from "../image_object.ts";
import type { PixelSize } from "../pixel_size.ts";
import { type ResampleName, resampleNames } from "../resample/filters.ts";
import { cropped, type Region, resample } from "../resample/resample.ts";
import { rgbImage } from "../rgb_image.ts";
import type { Augmentation, ImageExample } from "./augmentation.ts";
import { cropMap, movedMask, movedObjects } from "./move_objects.ts";
import { range, sizeRule } from "./rules.ts";

/** How to cut. */
export interface RandomResizedCropOptions {
  /** The size of the result in pixels; one number for a square. */
  size: number | PixelSize;
  /** The least and the largest share of the image's area; [0.08, 1] by default. */
  scale?: readonly [number, number];
  /** The narrowest and the widest part, width by height; [3 / 4, 4 / 3] by default. */
  ratio?: readonly [number, number];
  /** How it is resized; "bilinear" by default. */
  filter?: ResampleName;
}

const defaultScale = [0.08, 1] as const;
const defaultRatio = [3 / 4, 4 / 3] as const;
/** After so many parts that do not fit, the middle is taken. */
const attempts = 10;

const scaleRule: Rule = range(
  "two shares of the area, from above 0 to 1",
  (low, high) => low > 0 && low <= high && high <= 1,
);
const ratioRule: Rule = range(
  "two numbers above 0, the smaller first",
  (low, high) => low > 0 && low <= high,
);
const rules: Rules<RandomResizedCropOptions> = {
  size: required(sizeRule),
  scale: scaleRule,
  ratio: ratioRule,
  filter: oneOf(resampleNames),
};

/**
 * Cuts a part of random area and shape and resizes it, as torchvision's RandomResizedCrop does. Boxes and
 * masks move along; an object of which less than a quarter is left is dropped.
 *
 * @example
 * ```ts
 * import { augmented, randomResizedCrop } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const image = { width: 40, height: 30, channels: 3, data: new Uint8Array(3600) } as const;
 * const crop = randomResizedCrop({ size: 16 });
 * const result = augmented({ image }, [crop], { seed: 1, epoch: 0, example: 0 });
 * assert.deepEqual([result.image.width, result.image.height], [16, 16]);
 * ```
 */
export function randomResizedCrop(options: RandomResizedCropOptions): Augmentation {
  checkOptions("randomResizedCrop", options, rules);
  const { scale = defaultScale, ratio = defaultRatio, filter = "bilinear" } = options;
  const size = typeof options.size === "number"
    ? { width: options.size, height: options.size }
    : options.size;
  return {
    name: "randomResizedCrop",
    settings: { size, scale, ratio, filter },
    apply(example, random) {
      const region = randomRegion(example.image, scale, ratio, random);
      return resizedPart(example, region, size, filter);
    },
  };
}

/** A part of the image whose area and shape are drawn, the latter on a logarithmic scale. */
function randomRegion(
  { width, height }: PixelSize,
  scale: readonly [number, number],
  ratio: readonly [number, number],
  random: Random,
): Region {
  const between = (low: number, high: number) => low + (high - low) * random.uniform();
  for (let attempt = 0; attempt < attempts; attempt++) {
    const area = width * height * between(...scale);
    const shape = Math.exp(between(Math.log(ratio[0]), Math.log(ratio[1])));
    const region = {
      width: Math.round(Math.sqrt(area * shape)),
      height: Math.round(Math.sqrt(area / shape)),
    };
    if (region.width < 1 || region.height < 1) continue;
    if (region.width > width || region.height > height) continue;
    const left = random.integer(width - region.width + 1);
    return { left, top: random.integer(height - region.height + 1), ...region };
  }
  const shape = Math.min(Math.max(width / height, ratio[0]), ratio[1]);
  const part = {
    width: Math.max(Math.min(width, Math.round(height * shape)), 1),
    height: Math.max(Math.min(height, Math.round(width / shape)), 1),
  };
  return {
    left: Math.floor((width - part.width) / 2),
    top: Math.floor((height - part.height) / 2),
    ...part,
  };
}

/** A part of an example, resized; a class for each pixel is taken from the nearest one. */
function resizedPart(
  { image, objects, mask }: ImageExample,
  region: Region,
  size: PixelSize,
  filter: ResampleName,
): ImageExample {
  const part = resample(cropped(rgbImage(image), region), { ...size, filter });
  if (!objects && !mask) return { image: part };
  const map = cropMap(image, region, size);
  const [x, y] = [size.width / region.width, size.height / region.height];
  const moveBox = ([left, top, width, height]: ImageObject["box"]) =>
    [(left - region.left) * x, (top - region.top) * y, width * x, height * y] as const;
  return {
    image: part,
    ...(objects ? { objects: movedObjects(objects, size, map, x * y, moveBox) } : {}),
    ...(mask ? { mask: movedMask(mask, size, map, 0) } : {}),
  };
}
