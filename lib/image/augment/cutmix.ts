/**
 * CutMix (Yun et al., 2019): a rectangle of another image, and its share of the target.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { positive } from "../../core/option_rules.ts";
import { betaSample } from "./beta_sample.ts";
import { mixedTargets } from "./image_batch.ts";
import type { BatchAugmentation } from "./mixup.ts";

/** How much to take. */
export interface CutmixOptions {
  /** The parameter of the Beta distribution that the share is drawn from; 1 by default. */
  alpha?: number;
}

/**
 * Puts one rectangle of another image of the batch into every image; targets are shared by the pixels that
 * each has.
 *
 * @example
 * ```ts
 * import { Random, cutmix } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const batch = {
 *   batch: 2, width: 4, height: 4,
 *   pixels: Float32Array.from({ length: 32 }, (_, at) => at < 16 ? 0 : 1),
 *   targets: Float32Array.of(1, 0, 0, 1),
 * };
 * const { pixels, targets } = cutmix().apply(batch, Random.fromSeed(4));
 * const ones = pixels.subarray(0, 16).reduce((sum, value) => sum + value, 0);
 * assert.equal(ones / 16, targets[1]);
 * ```
 */
export function cutmix(options: CutmixOptions = {}): BatchAugmentation {
  checkOptions("cutmix", options, { alpha: positive });
  const { alpha = 1 } = options;
  return {
    name: "cutmix",
    settings: { alpha },
    apply(batch, random) {
      const { width, height } = batch;
      const edge = Math.sqrt(1 - betaSample(alpha, random));
      const others = random.shuffle(Uint32Array.from({ length: batch.batch }, (_, at) => at));
      const [left, right] = span(width, edge, random.integer(width));
      const [top, bottom] = span(height, edge, random.integer(height));
      const pixels = batch.pixels.slice();
      const size = pixels.length / batch.batch;
      const plane = width * height;
      for (let image = 0; image < batch.batch; image++) {
        for (let start = 0; start < size; start += plane) {
          for (let y = top; y < bottom; y++) {
            const at = start + y * width;
            const from = others[image] * size + at;
            pixels.set(batch.pixels.subarray(from + left, from + right), image * size + at + left);
          }
        }
      }
      const share = 1 - (right - left) * (bottom - top) / plane;
      return { ...batch, pixels, targets: mixedTargets(batch, others, share) };
    },
  };
}

/** A part of an edge around its middle, cut at both ends. */
function span(length: number, share: number, middle: number): [number, number] {
  const half = Math.trunc(length * share) / 2;
  return [Math.max(Math.trunc(middle - half), 0), Math.min(Math.trunc(middle + half), length)];
}
