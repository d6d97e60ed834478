/**
 * Models whose shape transformers cannot have.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import type { Model } from "../nn/model.ts";

/**
 * Why transformers cannot open a model that was made smaller, in a sentence without a full stop; undefined where it
 * can.
 */
export function transformersObstacle(
  { family, config }: Pick<Model, "family" | "config">,
): string | undefined {
  const { headSize, numHeads, hiddenSize } = config;
  const heads = family.prunable?.heads;
  if (!heads || "why" in heads || heads.inTransformers || headSize === undefined) return undefined;
  if (headSize * numHeads === hiddenSize) return undefined;
  return `transformers cannot open this ${family.modelType}: in it every head has ${
    hiddenSize / numHeads
  } numbers (hidden_size / num_attention_heads), ` +
    `and here ${headSize}, since heads were taken out; tunebook opens it, and onnx(folder) writes what transformers.js ` +
    "and ONNX Runtime open";
}

/** Refuses such a model with an error of kind "unsupported". */
export function checkInTransformers(model: Pick<Model, "family" | "config">): void {
  const obstacle = transformersObstacle(model);
  if (obstacle !== undefined) throw new TunebookError("unsupported", obstacle);
}
