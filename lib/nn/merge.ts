/**
 * Puts what was trained into a model's own weights.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { LazyMap } from "../core/lazy_map.ts";
import type { AttachedAdapter } from "./adapter.ts";
import type { Weight } from "./layer.ts";
import { type Model, modelWeights } from "./model.ts";
import { withFrozen } from "./trainee.ts";

/** A method that changes nothing, for a model that stands alone. */
export const noAdapter: AttachedAdapter = { parameters: [], trains: () => false };

/** Makes sure that a method can become part of a model's weights. */
export function checkMergeable(
  { parameters, mergedInto, mergedIntoBias }: AttachedAdapter,
): void {
  if (parameters.length === 0 || mergedInto || mergedIntoBias) return;
  throw new TunebookError(
    "unsupported",
    "this method cannot be merged into the model's weights; deploy it with adapter(folder)",
  );
}

/**
 * The model with the trained weights in the place of the old ones and the method's parameters
 * added to the linears that they act on; each weight is made when it is asked for.
 *
 * @param values trained tensors by path
 */
export function mergeModel(
  model: Model,
  adapter: AttachedAdapter,
  values: ReadonlyMap<string, Float32Array>,
): Model {
  checkMergeable(adapter);
  const all = withFrozen(adapter, values);
  const merged = ({ path, layer }: Weight): Float32Array => {
    const base = all.get(path) ?? model.weights.get(path)!;
    if (layer.kind !== "linear") return base;
    const change = path.endsWith(".weight")
      ? adapter.mergedInto?.(layer, all)
      : adapter.mergedIntoBias?.(layer, all);
    return change ? base.map((number, i) => number + change[i]) : base;
  };
  const weights = new LazyMap(
    modelWeights(model).map((weight) => [weight.path, () => merged(weight)]),
  );
  return { ...model, weights };
}
