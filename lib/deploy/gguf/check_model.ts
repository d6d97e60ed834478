/**
 * Which models can be written as a GGUF file.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { checkMergeable } from "../../nn/merge.ts";
import { continuesTexts, type Model } from "../../nn/model.ts";
import type { TrainableModel } from "../../nn/trainable_model.ts";
import type { GgufArchitecture } from "../../weights/gguf/architectures/architecture.ts";
import { architectureFor, architectures } from "../../weights/gguf/architectures/mod.ts";
import { checkModelKeys } from "./model_keys.ts";

/** A model that has an architecture. */
export interface GgufModel {
  readonly architecture: GgufArchitecture;
  readonly model: Model;
}

/**
 * The architecture of a model. Throws a `TunebookError` of kind "unsupported" for families that have none,
 * heads other than that for the next token, methods that cannot be merged, and settings that the keys of
 * the architecture cannot say.
 */
export function checkGgufModel(
  { model, adapter }: Pick<TrainableModel, "model" | "adapter">,
): GgufModel {
  const { family: { modelType }, headRequest } = model;
  const architecture = architectureFor(modelType);
  if (!architecture) {
    throw new TunebookError(
      "unsupported",
      `tunebook writes GGUF files of ${
        architectures.map((each) => each.modelType).join(", ")
      } and mistral, ` +
        `not of ${modelType}; deploy it with merged(folder) or onnx(folder)`,
    );
  }
  if (headRequest.name !== "language") {
    throw new TunebookError(
      "unsupported",
      `a GGUF file holds a model that writes texts, not one with the head ${headRequest.name}; ` +
        "deploy it with merged(folder) or onnx(folder)",
    );
  }
  checkMergeable(adapter);
  checkModelKeys(architecture, model);
  return { architecture, model };
}

/** True for models that write texts and whose family has an architecture. */
export function hasGgufForm({ model }: Pick<TrainableModel, "model">): boolean {
  return continuesTexts(model) && architectureFor(model.family.modelType) !== undefined;
}
