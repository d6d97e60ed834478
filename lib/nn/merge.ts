/**
 * Puts what was trained into a model's own weights.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import type { AttachedAdapter } from "./adapter.ts";
import { type Model, modelWeights } from "./model.ts";

/** A method that changes nothing, for a model that stands alone. */
export const noAdapter: AttachedAdapter = { parameters: [], trains: () => false };

/** Makes sure that a method can become part of a model's weights. */
export function checkMergeable({ parameters, mergedInto }: AttachedAdapter): void {
  if (parameters.length === 0 || mergedInto) return;
  throw new TunebookError(
    "unsupported",
    "this method cannot be merged into the model's weights; deploy it with adapter(folder)",
  );
}

/**
 * The model with the trained weights in the place of the old ones and the method's parameters
 * added to the linears that they act on. Untouched weights are shared with `model`.
 *
 * @param values trained tensors by path
 */
export function mergeModel(
  model: Model,
  adapter: AttachedAdapter,
  values: ReadonlyMap<string, Float32Array>,
): Model {
  checkMergeable(adapter);
  const weights = new Map(model.weights);
  for (const { path, layer } of modelWeights(model)) {
    const trained = values.get(path);
    if (trained) weights.set(path, trained);
    if (layer.kind !== "linear" || !path.endsWith(".weight")) continue;
    const change = adapter.mergedInto?.(layer, values);
    if (!change) continue;
    const base = weights.get(path)!;
    weights.set(path, base.map((number, i) => number + change[i]));
  }
  return { ...model, weights };
}
