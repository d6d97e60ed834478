/**
 * Toy models that are wide enough for eight bits, and how gradients in them are compared.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Method } from "../../lib/nn/method.ts";
import { attachTo, type Model } from "../../lib/nn/model.ts";
import type { TrainableModel } from "../../lib/nn/trainable_model.ts";
import { classificationObjective } from "../../lib/tasks/shared/classification_objective.ts";
import { toyModel, toyRows, toyTargets } from "./toy.ts";

/** Rows of a batch. */
export const count = 6;

/** A model that tells three labels of toy rows apart. */
export function classifying(model: Model, method: Method): TrainableModel {
  const rows = toyRows(count);
  const targets = toyTargets(rows);
  const objective = classificationObjective({ kind: "single", outputs: 3, targets });
  return { model, adapter: attachTo(model, method), objective };
}

/** A toy that is wide enough for rounding to even out, with weights of the size that models have. */
export function wideModel(modelType = "bert"): Model {
  const width = 32;
  const model = toyModel({ modelType, width, layers: 2 });
  const linears = model.layers.filter(({ kind }) => kind === "linear");
  const weights = new Map(model.weights);
  for (const { path } of linears) {
    const numbers = model.weights.get(`${path}.weight`)!;
    weights.set(`${path}.weight`, numbers.map((each) => 2 * each / Math.sqrt(width)));
  }
  return { ...model, weights };
}

/** The cosine of all gradients as one vector. */
export function cosine(
  a: ReadonlyMap<string, Float32Array>,
  b: ReadonlyMap<string, Float32Array>,
): number {
  assert.deepEqual([...a.keys()], [...b.keys()]);
  let [dot, ofA, ofB] = [0, 0, 0];
  for (const [path, numbers] of a) {
    const others = b.get(path)!;
    numbers.forEach((each, i) => {
      dot += each * others[i];
      ofA += each ** 2;
      ofB += others[i] ** 2;
    });
  }
  return dot / Math.sqrt(ofA * ofB);
}
