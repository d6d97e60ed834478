import { predictionsOf } from "../../lib/tasks/shared/class_predictions.ts";
import assert from "node:assert/strict";
import { perplexity } from "../../lib/metrics/perplexity.ts";
import { isMistake } from "../is_mistake.ts";

const of = (logits: number[], truth: number[]) =>
  predictionsOf({
    kind: "language",
    labels: ["loss"],
    logits: Float32Array.from(logits),
    truth,
  });

Deno.test("each token counts alike, whatever its row is", () => {
  assert.equal(perplexity.compute(of([Math.log(8), Math.log(8)], [3, 100])).toFixed(4), "8.0000");
  const found = perplexity.compute(of([1, 4, 7], [3, 1, 0]));
  assert.ok(Math.abs(found - Math.exp((3 + 4) / 4)) < 1e-6, String(found));
  assert.ok(Number.isNaN(perplexity.compute(of([0], [0]))));
});

Deno.test("counts of tokens are whole numbers from 0", () => {
  assert.throws(
    () => of([1, 1], [2, -1]),
    isMistake("data", "row 2: -1 is not a number of tokens"),
  );
});
