/**
 * Noisy images as a denoiser is fed with them, and what it should say of each.
 *
 * @module
 */
import { Random } from "../../core/random.ts";
import type { Augmentations } from "../../image/augment/augmentations.ts";
import type { BatchDraw, Feeds } from "../../nn/feeds.ts";
import { augmentedImage } from "../shared/augmented_images.ts";
import type { ImageRows } from "../shared/image_rows.ts";
import type { CaptionStates } from "./caption_states.ts";
import type { DenoiserModel } from "./denoiser_model.ts";
import { drawStep } from "./draw_step.ts";
import { minSnrWeight } from "./loss_weight.ts";
import { addNoise, denoisingTarget } from "./targets.ts";

/** How noise is drawn in a training. */
export interface Noising {
  /** The share of images whose label or caption is left out. */
  readonly dropLabel: number;
  readonly steps: "uniform" | "logit-normal";
  readonly minSnr?: number;
}

/** What noisy images are made of. */
export interface NoisyImagesOptions {
  readonly model: DenoiserModel;
  readonly augmentations: Augmentations;
  readonly noising: Noising;
  /** The label of each image by number; the number behind the last label is none. */
  readonly classes: ArrayLike<number>;
  /** How many labels there are. */
  readonly labels: number;
  /** What the labels stand for, where they are captions. */
  readonly captions?: CaptionStates | undefined;
}

/** An image with noise. */
export interface NoisyImage {
  /** The training step that says how much noise, from 0. */
  readonly step: number;
  /** The number of its label, or of none. */
  readonly label: number;
  readonly sample: Float32Array;
  /** What the model should say. */
  readonly target: Float32Array;
}

/** Makes noisy images of rows. */
export interface NoisyImages {
  /** One that is always the same, for scores: rows that follow each other have steps that are far apart. */
  held(row: number): Promise<NoisyImage>;
  /** One of a training. */
  drawn(row: number, draw: Pick<BatchDraw, "seed" | "epoch">): Promise<NoisyImage>;
  feedsOf(images: readonly NoisyImage[]): Feeds;
}

/** The golden section spreads any number of rows evenly over the steps. */
const goldenSection = (Math.sqrt(5) - 1) / 2;
const heldSeed = 1;

/** The noisy images of decoded ones. */
export function noisyImages(images: ImageRows, options: NoisyImagesOptions): NoisyImages {
  const { model, augmentations, noising, classes, labels, captions } = options;
  const { schedule, shape, pixels } = model;
  const noisy = (clean: Float32Array, step: number, label: number, random: Random): NoisyImage => {
    const noise = Float32Array.from(clean, () => random.normal());
    return {
      step,
      label,
      sample: addNoise(schedule, clean, noise, step),
      target: denoisingTarget(schedule, clean, noise, step),
    };
  };
  return {
    async held(row) {
      const clean = pixels.normalize(await images.fitted(row));
      const share = (row * goldenSection) % 1;
      const step = Math.floor(share * schedule.trainTimesteps);
      return noisy(clean, step, classes[row], Random.fromSeed(heldSeed, "held noise", row));
    },
    async drawn(row, draw) {
      const image = await augmentedImage(images, row, augmentations, pixels, draw);
      const random = Random.fromSeed(draw.seed, "noise", draw.epoch, row);
      const step = drawStep(schedule, random, { distribution: noising.steps });
      const label = random.uniform() < noising.dropLabel ? labels : classes[row];
      return noisy(pixels.normalize(image), step, label, random);
    },
    feedsOf(all) {
      const { minSnr } = noising;
      const batch = all.length;
      return {
        ...denoiserFeeds(all, {
          model,
          captions,
          timestepOf: ({ step }) => schedule.timestepOf(step),
        }),
        targets: { shape: [batch, ...shape], data: joined(all.map(({ target }) => target)) },
        step_weights: {
          shape: [batch],
          data: Float32Array.from(
            all,
            ({ step }) => minSnr === undefined ? 1 : minSnrWeight(schedule, minSnr, step),
          ),
        },
      };
    },
  };
}

/** What a denoiser is asked with. */
export function denoiserFeeds<Each extends Pick<NoisyImage, "label" | "sample">>(
  all: readonly Each[],
  { model: { shape, takesLabels }, captions, timestepOf }: {
    readonly model: Pick<DenoiserModel, "shape" | "takesLabels">;
    readonly captions?: CaptionStates | undefined;
    timestepOf(each: Each): number;
  },
): Feeds {
  const batch = all.length;
  return {
    sample: { shape: [batch, ...shape], data: joined(all.map(({ sample }) => sample)) },
    timestep: { shape: [batch], data: Float32Array.from(all, timestepOf) },
    ...(takesLabels
      ? { class_labels: { shape: [batch], data: Int32Array.from(all, ({ label }) => label) } }
      : {}),
    ...captions?.feedsOf(all.map(({ label }) => label)),
  };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const [{ length }] = parts;
  const all = new Float32Array(parts.length * length);
  parts.forEach((part, at) => all.set(part, at * length));
  return all;
}
