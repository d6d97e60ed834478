import { predictionsOf } from "../../lib/tasks/shared/class_predictions.ts";
import assert from "node:assert/strict";
import { pearson } from "../../lib/metrics/pearson.ts";
import { spearman } from "../../lib/metrics/spearman.ts";

function of(logits: number[], truth: number[], labels = ["value"]) {
  return predictionsOf({ kind: "regression", labels, logits: Float32Array.from(logits), truth });
}

Deno.test("several outputs count the mean of their correlations", () => {
  const predictions = of([1, 1, 2, 2, 3, 3], [1, 3, 2, 2, 3, 1], ["up", "down"]);
  assert.ok(Math.abs(pearson.compute(predictions)) < 1e-15);
  assert.equal(spearman.compute(predictions), 0);
});

Deno.test("huge and tiny values keep their correlation", () => {
  for (const scale of [1e-38, 1e38]) {
    const found = pearson.compute(of([1, 2, 3].map((x) => x * scale), [2, 4, 6.5]));
    assert.ok(Math.abs(found - pearson.compute(of([1, 2, 3], [2, 4, 6.5]))) < 1e-6);
  }
});

Deno.test("one row has no correlation", () => {
  assert.ok(Number.isNaN(pearson.compute(of([1], [2]))));
  assert.ok(Number.isNaN(spearman.compute(of([1], [2]))));
});
