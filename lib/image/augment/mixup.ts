/**
 * mixup (Zhang et al., 2017): images and targets are blended with those of another image.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { positive } from "../../core/option_rules.ts";
import type { Random } from "../../core/random.ts";
import { betaSample } from "./beta_sample.ts";
import { type ImageBatch, mixedTargets } from "./image_batch.ts";

/** How much to mix. */
export interface MixupOptions {
  /** The parameter of the Beta distribution that the share is drawn from; 0.2 by default. */
  alpha?: number;
}

const defaultAlpha = 0.2;

/** A change of a whole batch, after its images were processed. */
export interface BatchAugmentation {
  /** The function that makes it. */
  readonly name: string;
  /** Its options with all defaults. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The changed batch; nothing that is given is changed in place. */
  apply(batch: ImageBatch, random: Random): ImageBatch;
}

/**
 * Blends every image of a batch with another one of it, all with one share.
 *
 * @example
 * ```ts
 * import { Random, mixup } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const batch = {
 *   batch: 2, width: 1, height: 1,
 *   pixels: Float32Array.of(0, 1), targets: Float32Array.of(1, 0, 0, 1),
 * };
 * const { pixels, targets } = mixup().apply(batch, Random.fromSeed(4));
 * assert.equal(pixels[0], targets[1]);
 * ```
 */
export function mixup(options: MixupOptions = {}): BatchAugmentation {
  checkOptions("mixup", options, { alpha: positive });
  const { alpha = defaultAlpha } = options;
  return {
    name: "mixup",
    settings: { alpha },
    apply(batch, random) {
      const share = betaSample(alpha, random);
      const others = random.shuffle(Uint32Array.from({ length: batch.batch }, (_, at) => at));
      const size = batch.pixels.length / batch.batch;
      const pixels = new Float32Array(batch.pixels.length);
      for (let image = 0; image < batch.batch; image++) {
        const [own, other] = [image * size, others[image] * size];
        for (let at = 0; at < size; at++) {
          pixels[own + at] = share * batch.pixels[own + at] +
            (1 - share) * batch.pixels[other + at];
        }
      }
      return { ...batch, pixels, targets: mixedTargets(batch, others, share) };
    },
  };
}
