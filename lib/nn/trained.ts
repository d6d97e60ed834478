/**
 * Which tensors a run trains.
 *
 * @module
 */
import type { Slot } from "../engine/mod.ts";
import type { AttachedAdapter } from "./adapter.ts";
import type { Weight } from "./layer.ts";
import { isHead, type Model, modelWeights } from "./model.ts";

/** The groups of the state: weight decay acts on the first only. */
export const decayed = "decayed";
/** Biases and norms. */
export const undecayed = "undecayed";

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
): Slot[] {
  const own = trainedWeights(model, adapter).map(({ path, shape, layer }): Slot => ({
    name: path,
    shape,
    group: layer.kind === "norm" || path.endsWith(".bias") ? undecayed : decayed,
  }));
  const added = adapter.parameters.map(({ name, shape, decay }): Slot => ({
    name,
    shape,
    group: decay ? decayed : undecayed,
  }));
  return [...own, ...added];
}
