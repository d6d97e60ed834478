/**
 * Which tensors a run trains.
 *
 * @module
 */
import type { StateTensor } from "../engine/mod.ts";
import type { AttachedAdapter } from "./adapter.ts";
import type { Weight } from "./layer.ts";
import { isHead, type Model, modelWeights } from "./model.ts";

/** The groups of the state: weight decay acts on the first only. */
export const decayed = "decayed";
/** Biases and norms. */
export const undecayed = "undecayed";

/** How the tensors of a group are updated. */
export interface GroupSettings {
  readonly decay: boolean;
  /** What the learning rate is multiplied with. */
  readonly rate: number;
}

const times = " × ";

/** A group's name, which says how its tensors are updated: `decayed`, `decayed × 16`. */
export function groupOf({ decay, rate }: GroupSettings): string {
  const name = decay ? decayed : undecayed;
  return rate === 1 ? name : `${name}${times}${rate}`;
}

/** What a group's name says. */
export function groupSettings(group: string): GroupSettings {
  const [name, rate = "1"] = group.split(times);
  return { decay: name === decayed, rate: Number(rate) };
}

/** The model's own weights that are trained: the head's, and those that the method asks for. */
export function trainedWeights(
  model: Pick<Model, "layers" | "head">,
  adapter: AttachedAdapter,
): Weight[] {
  return modelWeights(model).filter((weight) =>
    isHead(model, weight) || adapter.trains(weight.path)
  );
}

/** A place in the state for every trained tensor. */
export function trainedSlots(
  model: Pick<Model, "layers" | "head">,
  adapter: AttachedAdapter,
): StateTensor[] {
  const own = trainedWeights(model, adapter).map(({ path, shape, layer }): StateTensor => ({
    name: path,
    shape,
    group: layer.kind === "norm" || path.endsWith(".bias") ? undecayed : decayed,
  }));
  const added = adapter.parameters.map(({ name, shape, decay, rate = 1 }): StateTensor => ({
    name,
    shape,
    group: groupOf({ decay, rate }),
  }));
  return [...own, ...added];
}
