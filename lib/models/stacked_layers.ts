/**
 * A model whose stack is put together from layers of others.
 *
 * @module
 */
import type { ModelConfig } from "../nn/family.ts";
import type { Model } from "../nn/model.ts";
import { depthField } from "./kept_layers.ts";

/** Where a layer of the new stack is from: the model, and the layer's number in it, from 0. */
export interface LayerOrigin {
  readonly model: Pick<Model, "json">;
  readonly layer: number;
}

/**
 * The config of a model with such layers instead of its own.
 *
 * @throws {TunebookError} of kind `unsupported` for families that are no single stack of like layers.
 */
export function stackedConfig(
  { family, config, json }: Pick<Model, "family" | "config" | "json">,
  origins: readonly LayerOrigin[],
): { readonly config: ModelConfig; readonly json: Record<string, unknown> } {
  const field = depthField({ family, config, json });
  const told = Object.entries(json).map(([name, value]) => {
    // What is said of each layer, such as `layer_types`.
    const isByLayer = Array.isArray(value) && name.startsWith("layer_");
    const own = ({ model, layer }: LayerOrigin) => (model.json[name] as readonly unknown[])[layer];
    return [name, isByLayer ? origins.map(own) : value];
  });
  const stacked = { ...Object.fromEntries(told), [field]: origins.length };
  return { json: stacked, config: family.readConfig(stacked) };
}
