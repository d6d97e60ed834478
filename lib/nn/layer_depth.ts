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
 * more than the model has layers for the embeddings. An encoder lies below its decoder; what follows its
 * last layer counts with that.
 *
 * Throws an error of kind "unsupported" for a model that is no stack of layers.
 */
export function layersBelowHead(
  { family: { modelType, stack, decoder }, config, layers }: Pick<
    Model,
    "family" | "config" | "layers"
  >,
  path: string,
): number {
  if (!stack) {
    throw new TunebookError(
      "unsupported",
      `layerDecay and unfreeze need a stack of layers, which ${modelType} models are not`,
    );
  }
  const { numLayers, numDecoderLayers = 0 } = config;
  const [inStack, inDecoder] = [`${stack.layerPath}.`, `${decoder?.layerPath}.`];
  const indexIn = (start: string) => Number(path.slice(start.length).split(".", 1)[0]);
  if (path.startsWith(inStack)) return numDecoderLayers + numLayers - indexIn(inStack);
  if (decoder && path.startsWith(inDecoder)) return numDecoderLayers - indexIn(inDecoder);
  const isBefore = (start: string) => {
    const first = layers.findIndex((layer) => layer.path.startsWith(start));
    return layers.slice(0, first).some((layer) => `${path}.`.startsWith(`${layer.path}.`));
  };
  if (isBefore(inStack)) return numDecoderLayers + numLayers + 1;
  return decoder && isBefore(inDecoder) ? numDecoderLayers + 1 : 0;
}
