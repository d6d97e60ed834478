/**
 * The size of the images that a model takes.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import type { Family, ImageConfig, ModelConfig } from "./family.ts";
import type { Model } from "./model.ts";

/** The sizes of an image model, for what works on no other; else an error of kind "unsupported". */
export function imageConfig(
  { family, config }: {
    readonly family: Pick<Family, "modelType" | "input">;
    readonly config: ModelConfig;
  },
): ImageConfig {
  if (family.input === "image") return config as ImageConfig;
  throw new TunebookError("unsupported", `${family.modelType} models take no images`);
}

/**
 * The model for images of another height and width: its programs take these, and positions that it has for
 * patches are resampled.
 */
export function withImageSize(model: Model, imageSize: readonly [number, number]): Model {
  return { ...model, config: configAtSize(model, imageSize) };
}

/** The sizes of a model for images of another height and width. */
export function configAtSize(
  model: Pick<Model, "family" | "config" | "reference">,
  imageSize: readonly [number, number],
): ImageConfig {
  const config = { ...imageConfig(model), imageSize };
  const maxTokens = model.family.tokensOf?.(config) ?? config.maxTokens;
  if (maxTokens > 0) return { ...config, maxTokens };
  throw new TunebookError(
    "input",
    `images of ${imageSize.join(" × ")} pixels are smaller than one patch of ${model.reference}`,
  );
}
