import assert from "node:assert/strict";
import { accuracy, f1, perplexity, predictionsOf } from "tunebook";
import { rowInterval, seedInterval } from "../../../lib/pipeline/compare/score_interval.ts";

const near = (a: number, b: number, by: number) =>
  assert.ok(Math.abs(a - b) <= by, `${a} is not within ${by} of ${b}`);

Deno.test("seeds: the mean and Student's t", () => {
  const { mean, low, high, over } = seedInterval([1, 2, 3]);
  assert.deepEqual([mean, over], [2, "seeds"]);
  near(low, 2 - 4.303 / Math.sqrt(3), 1e-12);
  near(high, 2 + 4.303 / Math.sqrt(3), 1e-12);
  const many = seedInterval(Array.from({ length: 50 }, (_, i) => i % 2));
  assert.ok(Number.isFinite(many.low) && many.low < many.mean);
  const same = seedInterval([0.5, 0.5]);
  assert.deepEqual([same.low, same.high], [0.5, 0.5]);
});

Deno.test("seeds: an interval ends where the metric does", () => {
  const { low, high } = seedInterval([0.9, 0.8], accuracy.range);
  assert.ok(low > 0 && low < 0.8);
  assert.equal(high, 1);
  assert.equal(seedInterval([1, 9], perplexity.range).low, 1);
});

/** Rows of which the first `right` are predicted as they are. */
const rows = (count: number, right: number) =>
  predictionsOf({
    kind: "single",
    labels: ["bad", "good"],
    logits: Float32Array.from({ length: 2 * count }, (_, i) => i % 2),
    truth: Array.from({ length: count }, (_, row) => row < right ? 1 : 0),
  });

Deno.test("rows: as wide as the binomial distribution says, and the same every time", () => {
  const predictions = rows(400, 320);
  const found = rowInterval(accuracy, predictions);
  const half = 1.96 * Math.sqrt(0.8 * 0.2 / 400);
  assert.deepEqual([found.mean, found.over], [0.8, "rows"]);
  near(found.low, 0.8 - half, 0.01);
  near(found.high, 0.8 + half, 0.01);
  assert.deepEqual(rowInterval(accuracy, predictions), found);
});

Deno.test("rows: nothing to vary is an interval without width", () => {
  const { mean, low, high } = rowInterval(accuracy, rows(20, 20));
  assert.deepEqual([mean, low, high], [1, 1, 1]);
  const other = rowInterval(f1, rows(20, 10));
  assert.ok(other.low <= other.mean && other.mean <= other.high);
});
