/**
 * Puts what was trained into a model's own weights.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { LazyMap } from "../core/lazy_map.ts";
import type { AttachedMethod } from "./method.ts";
import { asLinear, type Weight } from "./layer.ts";
import { type Model, modelWeights } from "./model.ts";
import { noDelta } from "./adapter_delta.ts";
import { withFrozen } from "./trainable_model.ts";

/** A method that changes nothing, for a model that stands alone. */
export const noAdapter: AttachedMethod = {
  parameters: [],
  trains: () => false,
  delta: () => noDelta,
};

/** Makes sure that a method can become part of a model's weights. */
export function checkMergeable(adapter: AttachedMethod): void {
  if (isMergeable(adapter)) return;
  throw new TunebookError(
    "unsupported",
    "this method cannot be merged into the model's weights; deploy it with adapter(folder) or " +
      "onnx(folder)",
  );
}

/** Whether a method can become part of a model's weights. */
export function isMergeable({ parameters, mergedInto, mergedIntoBias }: AttachedMethod): boolean {
  return parameters.length === 0 || Boolean(mergedInto ?? mergedIntoBias);
}

/**
 * The model with the trained weights in the place of the old ones and the method's parameters
 * added to the linears that they act on; each weight is made when it is asked for. What was held
 * in fewer bits is float32 in it, with the numbers that training saw.
 *
 * @param values trained tensors by path
 */
export function mergeModel(
  model: Model,
  adapter: AttachedMethod,
  values: ReadonlyMap<string, Float32Array>,
): Model {
  checkMergeable(adapter);
  return withTrained(model, adapter, values);
}

/**
 * The trained model with nothing left to train: the method merged into the weights, or beside them
 * as frozen tensors, where it cannot be merged or the base is to stay in fewer bits.
 */
export function settle(
  model: Model,
  adapter: AttachedMethod,
  values: ReadonlyMap<string, Float32Array>,
  { dequantise = false }: { readonly dequantise?: boolean } = {},
): { model: Model; adapter: AttachedMethod } {
  const { quantized, ...whole } = model;
  const held = dequantise || !quantized ? whole : model;
  if (isMergeable(adapter) && held === whole) {
    return { model: { ...withTrained(model, adapter, values), head: [] }, adapter: noAdapter };
  }
  const { parameters, frozen = [] } = adapter;
  const kept = parameters.map(({ name, shape }) => ({
    name,
    shape,
    values: () => values.get(name)!,
  }));
  const weights = new LazyMap(
    modelWeights(model).map((
      { path },
    ) => [path, () => values.get(path) ?? model.weights.get(path)!]),
  );
  return {
    model: { ...held, weights, head: [] },
    adapter: { ...adapter, parameters: [], frozen: [...frozen, ...kept], trains: () => false },
  };
}

function withTrained(
  model: Model,
  adapter: AttachedMethod,
  values: ReadonlyMap<string, Float32Array>,
): Model {
  const all = withFrozen(adapter, values);
  const merged = ({ path, layer }: Weight): Float32Array => {
    const base = all.get(path) ?? model.weights.get(path)!;
    if (layer.kind !== "linear" && layer.kind !== "conv") return base;
    const linear = layer.kind === "conv" ? asLinear(layer) : layer;
    const change = path.endsWith(".weight")
      ? adapter.mergedInto?.(linear, all)
      : adapter.mergedIntoBias?.(linear, all);
    return change ? base.map((number, i) => number + change[i]) : base;
  };
  const weights = new LazyMap(
    modelWeights(model).map((weight) => [weight.path, () => merged(weight)]),
  );
  const { quantized: _, ...rest } = model;
  return { ...rest, weights };
}
