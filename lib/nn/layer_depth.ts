/**
 * How deep in a stack a trained tensor lies.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import type { Model } from "./model.ts";

/**
 * Layers from the head down to a weight or to a method's parameter: 0 for the head, for what follows
 * the last layer and for what belongs to no layer, such as virtual tokens; 1 for the last layer; one
 * more than the model has layers for the embeddings.
 *
 * Throws an error of kind "unsupported" for a model that is no stack of layers.
 */
export function layersBelowHead(
  { family: { modelType, stack }, config, layers }: Pick<Model, "family" | "config" | "layers">,
  path: string,
): number {
  if (!stack) {
    throw new TunebookError(
      "unsupported",
      `layerDecay and unfreeze need a stack of layers, which ${modelType} models are not`,
    );
  }
  const inStack = `${stack.layerPath}.`;
  if (path.startsWith(inStack)) {
    return config.numLayers - Number(path.slice(inStack.length).split(".", 1)[0]);
  }
  const first = layers.findIndex((layer) => layer.path.startsWith(inStack));
  const isBelow = layers.slice(0, first).some((layer) => `${path}.`.startsWith(`${layer.path}.`));
  return isBelow ? config.numLayers + 1 : 0;
}
