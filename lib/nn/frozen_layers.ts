/**
 * Which of a model's lowest layers a run leaves as they are. What they compute for a row never
 * changes, so it can be kept; dropout in them would only blur it and is left out.
 *
 * @module
 */
import type { Model } from "./model.ts";
import type { TrainableModel } from "./trainable_model.ts";
import { trainedWeights } from "./trained.ts";

/**
 * Layers of a body that can be told apart: those of a stack. A model that is no stack is one layer as a whole,
 * whose result the head reads.
 */
export function bodyDepth({ family, config }: Pick<Model, "family" | "config">): number {
  return family.stack ? config.numLayers : 1;
}

/**
 * How many of the lowest layers neither hold a trained weight nor a place where the method acts,
 * all layers if only the head is trained. 0 for an encoder-decoder, where the embeddings change or where a
 * method does not say which layers it acts on.
 */
export function countFrozenLayers(
  { model, adapter }: Pick<TrainableModel, "model" | "adapter">,
): number {
  const { family: { stack, decoder }, config, head, layers } = model;
  if (decoder) return 0;
  const layerPath = stack?.layerPath;
  const firstLayer = layers.findIndex(({ path }) => path.startsWith(`${layerPath}.`));
  const below = layers.slice(0, firstLayer).map(({ path }) => `${path}.`);
  const actsOnLayers = adapter.linearInput ?? adapter.weight ?? adapter.output ??
    adapter.convOutput;
  const isEverywhere = actsOnLayers && !adapter.targets;
  const actsAnywhere = isEverywhere || adapter.input || adapter.keysValues;
  if (actsAnywhere) return 0;
  const places = [
    ...trainedWeights(model, adapter).filter(({ layer }) => !head.includes(layer.path))
      .map(({ path }) => path),
    ...(adapter.targets ?? []),
  ];
  if (layerPath === undefined) return places.length === 0 ? 1 : 0;
  const layerOf = (path: string): number => {
    if (!path.startsWith(`${layerPath}.`)) {
      return below.some((each) => `${path}.`.startsWith(each)) ? 0 : config.numLayers;
    }
    return Number(path.slice(layerPath.length + 1).split(".", 1)[0]);
  };
  return Math.min(config.numLayers, ...places.map(layerOf));
}
