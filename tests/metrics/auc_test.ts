import { predictionsOf } from "../../lib/tasks/shared/class_predictions.ts";
import assert from "node:assert/strict";
import { auc } from "../../lib/metrics/auc.ts";

Deno.test("rows whose probabilities round to the same float32 are still ranked", () => {
  const logits = Float32Array.of(0, 30, 0, 31, 0, 32, 0, 33); // all of them have probability 1
  const predictions = predictionsOf({
    kind: "single",
    labels: ["a", "b"],
    logits,
    truth: [0, 0, 1, 1],
  });
  assert.equal(auc.compute(predictions), 1);
  const three = Float32Array.of(30, 0, 1, 31, 0, 1, 32, 1, 0, 33, 0, 1);
  const ofThree = predictionsOf({
    kind: "single",
    labels: ["a", "b", "c"],
    logits: three,
    truth: [1, 2, 0, 0],
  });
  assert.equal(auc.perClass.compute(ofThree).a, 1);
});

Deno.test("rows that only swap two other classes are tied", () => {
  const logits = Float32Array.of(0.3, 0.1, -0.7, 0.3, -0.7, 0.1);
  const predictions = predictionsOf({
    kind: "single",
    labels: ["a", "b", "c"],
    logits,
    truth: [0, 1],
  });
  assert.equal(auc.perClass.compute(predictions).a, 0.5);
});
