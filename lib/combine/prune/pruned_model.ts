/**
 * The smaller model: matrices without the rows and columns of what was taken out.
 *
 * @module
 */
import { LazyMap } from "../../core/lazy_map.ts";
import type { ModelConfig } from "../../nn/family.ts";
import { stackOf } from "../../nn/encoder.ts";
import { imageConfig, withImageSize } from "../../nn/image_size.ts";
import { type Layer, type Weight, weightsOf } from "../../nn/layer.ts";
import type { Model } from "../../nn/model.ts";
import { headSizes, prunableHeads, prunableOf, type UnitGroup, unitGroups } from "./unit_group.ts";

/** What stays. */
export interface KeptUnits {
  /** The layers, in rising order. */
  readonly layers: readonly number[];
  /**
   * For each layer of the whole model the heads that stay, in rising order, as many in each layer; of heads that
   * share keys and values the groups. All unless given.
   */
  readonly heads?: readonly (readonly number[])[];
  /** The same of the inner numbers of the feed-forward parts. */
  readonly feedForward?: readonly (readonly number[])[];
}

/**
 * The model with what stays: its config has fewer layers, heads and inner numbers, and its matrices are smaller.
 * Weights are cut when they are asked for, and are in float32 where they were quantised.
 */
export function prunedModel(model: Model, kept: KeptUnits): Model {
  const { quantized: _, products: __, ...whole } = model;
  const { json, config } = prunedConfig(model, {
    layers: kept.layers,
    ...(kept.heads ? { groups: kept.heads[0].length } : {}),
    ...(kept.feedForward ? { feedForward: kept.feedForward[0].length } : {}),
  });
  const { layerPath } = stackOf(model.family);
  const own = new Set(model.layers.map(({ path }) => path));
  const body = new Set(model.family.layers(model.config).map(({ path }) => path));
  const inBlock = new RegExp(`^${RegExp.escape(layerPath)}\\.(\\d+)\\.`);
  /** The path in the whole model. */
  const pathBefore = (path: string) =>
    path.replace(inBlock, (_, layer) => `${layerPath}.${kept.layers[Number(layer)]}.`);
  const layers: Layer[] = [
    ...model.family.layers(config).filter(({ path }) => own.has(pathBefore(path))),
    ...model.layers.filter(({ path }) => !body.has(path)),
  ];
  const cuts = cutsOf(model, kept);
  const weights = new LazyMap(
    layers.flatMap(weightsOf).map((weight) => [weight.path, () => {
      const before = pathBefore(weight.path);
      const numbers = model.weights.get(before)!;
      const cut = cuts.get(pathBefore(weight.layer.path));
      return cut ? cutWeight(numbers, weight, cut) : numbers;
    }]),
  );
  const smaller = { ...whole, json, config, layers, weights };
  return model.family.input === "image"
    ? withImageSize(smaller, imageConfig(model).imageSize)
    : smaller;
}

/** Which outputs and inputs of a linear layer stay; all where absent. */
interface Cut {
  readonly outputs?: readonly number[];
  readonly inputs?: readonly number[];
}

function cutsOf(model: Model, { heads, feedForward }: KeptUnits): Map<string, Cut> {
  const cuts = new Map<string, Cut>();
  const add = (groups: readonly UnitGroup[], kept: KeptUnits["heads"]) => {
    for (const { layer, makers, reader } of groups) {
      const units = kept![layer];
      for (const { path, size } of makers) cuts.set(path, { outputs: numbersOf(units, size) });
      cuts.set(reader.path, { inputs: numbersOf(units, reader.size) });
    }
  };
  if (heads) add(unitGroups(model, "heads"), heads);
  if (feedForward) add(unitGroups(model, "feedForward"), feedForward);
  return cuts;
}

/** The numbers of some units, `size` each. */
function numbersOf(units: readonly number[], size: number): number[] {
  return units.flatMap((unit) => Array.from({ length: size }, (_, at) => unit * size + at));
}

function cutWeight(
  numbers: Float32Array,
  { path, layer }: Weight,
  { outputs, inputs }: Cut,
): Float32Array {
  if (layer.kind !== "linear") throw new Error(`${path} is no weight of a linear layer`);
  if (!path.endsWith(".weight")) {
    return outputs ? Float32Array.from(outputs, (row) => numbers[row]) : numbers;
  }
  const rows = outputs ?? Array.from({ length: layer.outFeatures }, (_, row) => row);
  // Nothing is cut in both directions: what has fewer outputs has all its inputs.
  const width = outputs ? layer.inFeatures : numbers.length / rows.length;
  const columns = inputs ?? Array.from({ length: width }, (_, column) => column);
  const cut = new Float32Array(rows.length * columns.length);
  rows.forEach((row, i) => {
    columns.forEach((column, j) => cut[i * columns.length + j] = numbers[row * width + column]);
  });
  return cut;
}

/** How much stays. */
export interface KeptCounts {
  /** The layers, in rising order. */
  readonly layers: readonly number[];
  /** Heads of keys and values of a layer; all unless given. */
  readonly groups?: number;
  /** Inner numbers of a layer's feed-forward part; all unless given. */
  readonly feedForward?: number;
}

/** The config of a smaller model, as if its file said so. */
export function prunedConfig(
  model: Pick<Model, "family" | "config" | "json">,
  { layers, groups, feedForward }: KeptCounts,
): { json: Record<string, unknown>; config: ModelConfig } {
  const { family, config } = model;
  const json = keptLayerFields(model, layers);
  if (groups !== undefined) {
    const { fields } = prunableHeads(model);
    const { shared, headSize } = headSizes(model);
    json[fields.heads] = groups * shared;
    if (fields.keyValueHeads) json[fields.keyValueHeads] = groups;
    json[fields.headSize] = headSize;
  }
  if (feedForward !== undefined) json[prunableOf(model).feedForward.field] = feedForward;
  const read = family.readConfig(json);
  return { json, config: { ...read, maxTokens: config.maxTokens } };
}

/** The fields that count the layers of a stack, and a field that says something of each layer. */
const depthFields = ["num_hidden_layers", "n_layers", "n_layer"];

function keptLayerFields(
  { json, config }: Pick<Model, "json" | "config">,
  layers: readonly number[],
): Record<string, unknown> {
  const { numLayers } = config;
  if (layers.length === numLayers) return { ...json };
  const kept = Object.fromEntries(
    Object.entries(json).map(([name, value]) => {
      if (depthFields.includes(name)) return [name, layers.length];
      const isByLayer = Array.isArray(value) && name.startsWith("layer_") &&
        value.length === numLayers;
      return [name, isByLayer ? layers.map((layer) => value[layer]) : value];
    }),
  );
  const { sliding } = config as { sliding?: { readonly layers: readonly boolean[] } };
  // Which layers have a window may follow from their numbers, which are others now.
  if (!sliding || Array.isArray(json.layer_types)) return kept;
  return {
    ...kept,
    layer_types: layers.map((at) => sliding.layers[at] ? "sliding_attention" : "full_attention"),
  };
}
