/**
 * Features of drawn images and of real ones: what a trunk of another model says of both.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { pauses } from "../../core/pauses.ts";
import type { Device } from "../../engine/mod.ts";
import { decodeImage } from "../../image/decode_image.ts";
import type { Image } from "../../image/image.ts";
import { type FeaturePredictions, featurePredictions } from "../../nn/feature_predictions.ts";
import { bodyDepth } from "../../nn/frozen_layers.ts";
import { hiddenProgram } from "../../nn/hidden_program.ts";
import { noAdapter } from "../../nn/merge.ts";
import { frozenOf } from "../../nn/trainable_model.ts";
import type { GeneratedImage } from "../../tasks/image_generation/drawing.ts";
import type { PlanSpec } from "../plan_spec.ts";
import { loadWith } from "../run/assemble_stage.ts";
import { type OpenedModel, openStage } from "../run/open_stage.ts";

/** A detector's trunk, trained on photographs, for images of 128 × 128 pixels. */
export const defaultFeatures = "npm:@vladmandic/human@3.3.6#models/centernet.json?size=128";
const batchRows = 32;

/** What compares drawn images with real ones. */
export interface ComparedFeatures {
  /** The features of both; at least two images on each side. */
  compare(drawn: readonly GeneratedImage[], real: readonly Image[]): Promise<FeaturePredictions>;
}

/**
 * Opens the model whose features are compared; its weights are read when they are asked.
 *
 * Throws an error of kind "unsupported" for a model that takes no images.
 */
export async function openComparedFeatures(
  { features: reference = defaultFeatures }: Pick<PlanSpec, "features">,
  { device, signal }: { readonly device: Device; readonly signal: AbortSignal },
): Promise<ComparedFeatures> {
  const opened = await openStage({ model: reference }, { signal });
  if (!opened.pixels || !("pixel_values" in (opened.family.inputs?.(opened.config) ?? {}))) {
    throw new TunebookError(
      "unsupported",
      `the features of ${reference} cannot be compared: it takes no images, or does not say how they ` +
        "become pixels",
    );
  }
  return {
    async compare(drawn, real) {
      const images = await Promise.all(
        drawn.map(({ image }) => decodeImage(image, { where: "a drawn image" })),
      );
      const vectors = await vectorsOf([...images, ...real], opened, { device, signal });
      return featurePredictions({
        features: reference,
        generated: vectors.slice(0, drawn.length),
        real: vectors.slice(drawn.length),
      });
    },
  };
}

/** The pooled features of images, [images][size]. */
async function vectorsOf(
  images: readonly Image[],
  opened: OpenedModel,
  { device, signal }: { readonly device: Device; readonly signal: AbortSignal },
): Promise<Float32Array[]> {
  const pixels = opened.pixels!;
  // The head is not asked; it stands for what reads the features.
  const model = await loadWith(opened, { head: { name: "classification", outputs: 2 } }, {
    seed: 1,
    signal,
  });
  const trunk = { model, adapter: noAdapter };
  const program = await device.compile(hiddenProgram(trunk, bodyDepth(model)), {
    frozen: frozenOf(trunk),
  });
  const pause = pauses(signal);
  try {
    const all: Float32Array[] = [];
    for (let start = 0; start < images.length; start += batchRows) {
      await pause();
      const batch = images.slice(start, start + batchRows);
      const each = await Promise.all(batch.map((image) => pixels.process(image)));
      const data = new Float32Array(each.length * each[0].length);
      each.forEach((numbers, at) => data.set(numbers, at * numbers.length));
      const { width, height } = pixels.outputSize(batch[0]);
      const { hidden } = await program.run(
        { pixel_values: { shape: [batch.length, 3, height, width], data } },
        signal,
      );
      const size = hidden.data.length / batch.length;
      batch.forEach((_, at) =>
        all.push((hidden.data as Float32Array).slice(at * size, (at + 1) * size))
      );
    }
    return all;
  } finally {
    await program.dispose();
  }
}
