/**
 * Hides a random rectangle (Zhong et al., "Random erasing data augmentation", 2017).
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { oneOf, type Rules } from "../../core/option_rules.ts";
import type { Random } from "../../core/random.ts";
import type { Image } from "../image.ts";
import { rgbImage } from "../rgb_image.ts";
import type { Region } from "../resample/resample.ts";
import type { Augmentation } from "./augmentation.ts";
import { probabilityRule, range } from "./rules.ts";

/** What to hide. */
export interface RandomErasingOptions {
  /** How likely it happens; 0.5 by default. */
  probability?: number;
  /** The least and the largest share of the area; [0.02, 0.33] by default. */
  scale?: readonly [number, number];
  /** The narrowest and the widest rectangle, width by height; [0.3, 3.3] by default. */
  ratio?: readonly [number, number];
  /** What stands there then: the image's "mean" colour, the default, or "noise". */
  fill?: "mean" | "noise";
}

const defaultScale = [0.02, 0.33] as const;
const defaultRatio = [0.3, 3.3] as const;
/** After so many rectangles that do not fit, the image stays. */
const attempts = 10;

const rules: Rules<RandomErasingOptions> = {
  probability: probabilityRule,
  scale: range(
    "two shares of the area, from above 0 to below 1",
    (low, high) => low > 0 && low <= high && high < 1,
  ),
  ratio: range("two numbers above 0, the smaller first", (low, high) => low > 0 && low <= high),
  fill: oneOf(["mean", "noise"]),
};

/**
 * Hides a rectangle of random size and shape. Boxes and masks stay: what is hidden is still there.
 *
 * @example
 * ```ts
 * import { augmented, randomErasing } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const data = Uint8Array.from({ length: 300 }, (_, at) => at % 2 * 255);
 * const image = { width: 10, height: 10, channels: 3, data } as const;
 * const erasing = randomErasing({ probability: 1, scale: [0.3, 0.3] });
 * const result = augmented({ image }, [erasing], { seed: 1, epoch: 0, example: 0 });
 * assert.ok(result.image.data.filter((value) => value === 127 || value === 128).length > 60);
 * ```
 */
export function randomErasing(options: RandomErasingOptions = {}): Augmentation {
  checkOptions("randomErasing", options, rules);
  const { probability = 0.5, scale = defaultScale, ratio = defaultRatio, fill = "mean" } = options;
  return {
    name: "randomErasing",
    settings: { probability, scale, ratio, fill },
    apply(example, random) {
      if (random.uniform() >= probability) return example;
      const region = rectangle(example.image, scale, ratio, random);
      if (region === undefined) return example;
      return { ...example, image: erased(rgbImage(example.image), region, fill, random) };
    },
  };
}

function rectangle(
  { width, height }: Image,
  scale: readonly [number, number],
  ratio: readonly [number, number],
  random: Random,
): Region | undefined {
  const between = (low: number, high: number) => low + (high - low) * random.uniform();
  for (let attempt = 0; attempt < attempts; attempt++) {
    const area = width * height * between(...scale);
    const shape = Math.exp(between(Math.log(ratio[0]), Math.log(ratio[1])));
    const w = Math.round(Math.sqrt(area * shape));
    const h = Math.round(Math.sqrt(area / shape));
    if (w < 1 || h < 1 || w >= width || h >= height) continue;
    const left = random.integer(width - w + 1);
    return { left, top: random.integer(height - h + 1), width: w, height: h };
  }
}

function erased(image: Image, region: Region, fill: "mean" | "noise", random: Random): Image {
  const { width, data } = image;
  const result = data.slice();
  const mean = meanColour(data);
  for (let y = region.top; y < region.top + region.height; y++) {
    const from = (y * width + region.left) * 3;
    for (let at = from; at < from + region.width * 3; at++) {
      result[at] = fill === "mean" ? mean[(at - from) % 3] : random.integer(256);
    }
  }
  return { ...image, data: result };
}

function meanColour(data: Uint8Array): number[] {
  const sums = [0, 0, 0];
  for (let at = 0; at < data.length; at++) sums[at % 3] += data[at];
  return sums.map((sum) => Math.round(sum / (data.length / 3)));
}
