/**
 * Which tensors a run trains.
 *
 * @module
 */
import type { StateTensor } from "../engine/mod.ts";
import type { AttachedMethod, Parameter } from "./method.ts";
import { isRunningStatistic, type Weight } from "./layer.ts";
import { layersBelowHead } from "./layer_depth.ts";
import { isHead, type Model, modelWeights } from "./model.ts";

/** The groups of the state: weight decay acts on the first only. */
export const decayed = "decayed";
/** Biases and norms. */
export const undecayed = "undecayed";

/**
 * The group of running means and variances: a training writes them with the gradients, and no optimizer moves
 * them.
 */
export const statistics = "statistics";

/** How the tensors of a group are updated. */
export interface GroupSettings {
  readonly decay: boolean;
  /** What the learning rate is multiplied with. */
  readonly learningRateScale: number;
  /** Layers from the head down to the group, where layers are told apart. */
  readonly layersBelowHead?: number;
}

const times = " × ";
const below = " below the head: ";

/**
 * A group's name, which says how its tensors are updated: `decayed`, `decayed × 16`,
 * `decayed × 16 below the head: 2`.
 */
export function groupOf({ decay, learningRateScale, layersBelowHead }: GroupSettings): string {
  const name = decay ? decayed : undecayed;
  const scaled = learningRateScale === 1 ? name : `${name}${times}${learningRateScale}`;
  return layersBelowHead === undefined ? scaled : `${scaled}${below}${layersBelowHead}`;
}

/** What a group's name says. */
export function groupSettings(group: string): GroupSettings {
  const [scaled, layers] = group.split(below);
  const [name, scale = "1"] = scaled.split(times);
  return {
    decay: name === decayed,
    learningRateScale: Number(scale),
    ...(layers === undefined ? {} : { layersBelowHead: Number(layers) }),
  };
}

/**
 * The model's own weights that are trained: the head's, and those that the method asks for. A layer
 * that nothing reads has no gradient, and weight decay alone would only shrink it; offsets are never trained.
 * The running statistics of a batch normalisation are among them where its scale is.
 */
export function trainedWeights(
  model: Pick<Model, "layers" | "head">,
  adapter: AttachedMethod,
): Weight[] {
  const isTrained = (weight: Weight) => isHead(model, weight) || adapter.trains(weight.path);
  return modelWeights(model).filter((weight) => {
    if (isUnread(weight) || !isTrained(weight)) return false;
    if (!isRunningStatistic(weight)) return true;
    const scale = { ...weight, path: `${weight.layer.path}.weight` };
    return adapter.batchNorm !== "running" && isTrained(scale);
  });
}

/** The paths of the batch normalisations that compute with the batch's own statistics in training. */
export function movingNorms(weights: readonly Weight[]): ReadonlySet<string> {
  return new Set(weights.filter(isRunningStatistic).map(({ layer }) => layer.path));
}

function isUnread({ layer }: Weight): boolean {
  return layer.kind === "offset" || "isFrozen" in layer && layer.isFrozen === true ||
    "isUnread" in layer && layer.isUnread === true;
}

/** How trained tensors are grouped. */
export interface GroupingOptions {
  /** Gives the tensors of each layer groups of their own; false unless given. */
  readonly byLayer?: boolean;
}

/** A state tensor for every trained tensor. */
export function trainedTensors(
  model: Pick<Model, "layers" | "head" | "family" | "config">,
  adapter: AttachedMethod,
  options: GroupingOptions = {},
): StateTensor[] {
  return [
    ...trainedWeights(model, adapter).map((weight): StateTensor => {
      const { path, shape, layer } = weight;
      if (isRunningStatistic(weight)) return { name: path, shape, group: statistics };
      const isNorm = layer.kind === "norm" || layer.kind === "batchNorm";
      const decay = !isNorm && !path.endsWith(".bias");
      return stateTensor(model, { name: path, shape, decay }, options);
    }),
    ...adapter.parameters.map((parameter) => stateTensor(model, parameter, options)),
  ];
}

/** The state tensor of a parameter. */
export function stateTensor(
  model: Parameters<typeof layersBelowHead>[0],
  { name, shape, decay, learningRateScale = 1 }: Omit<Parameter, "initial">,
  { byLayer = false }: GroupingOptions,
): StateTensor {
  const layer = byLayer ? { layersBelowHead: layersBelowHead(model, name) } : {};
  return { name, shape, group: groupOf({ decay, learningRateScale, ...layer }) };
}
