/**
 * What is written whole of a model that is part of a larger one.
 *
 * @module
 */
import type { Model } from "../nn/model.ts";

/** The same with the model as it stands alone: its own family and `config.json`. */
export function standingAlone<Trainable extends { readonly model: Model }>(
  trainable: Trainable,
): Trainable {
  const { model } = trainable;
  const { part } = model.family;
  if (!part) return trainable;
  return { ...trainable, model: { ...model, family: part.alone, json: part.json(model.json) } };
}
