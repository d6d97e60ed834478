import assert from "node:assert/strict";
import { accuracy, f1, matthews, mse, perplexity, predictionsOf } from "tunebook";
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

Deno.test("rows: where all are right or all are wrong, other rows may be otherwise", () => {
  // SciPy 1.17.1, 2026-11-30: binomtest(47, 47).proportion_ci(method="wilson"), and of 46; its 1.96 has more digits.
  const all = rowInterval(accuracy, rows(47, 47));
  near(all.low, 0.9244424, 1e-5);
  assert.deepEqual([all.mean, all.high], [1, 1]);
  const one = rowInterval(accuracy, rows(47, 46));
  near(one.low, 0.8888702, 1e-5);
  near(one.high, 0.9962342, 1e-5);
  assert.deepEqual(rowInterval(accuracy, rows(20, 0)).low, 0);
  // The same of a score that is no share of rows, at both ends; one without an end keeps what was drawn.
  const other = rowInterval(matthews, bothClasses(47, true));
  near(other.low, 1 - 2 * (1 - 0.9244424), 1e-5);
  assert.deepEqual([other.mean, other.high], [1, 1]);
  const worst = rowInterval(matthews, bothClasses(47, false));
  near(worst.high, -1 + 2 * (1 - 0.9244424), 1e-5);
  assert.deepEqual([worst.mean, worst.low], [-1, -1]);
  const numbers = predictionsOf({
    kind: "regression",
    labels: ["stars"],
    logits: Float32Array.of(1, 2, 3),
    truth: [1, 2, 3],
  });
  assert.deepEqual({ ...rowInterval(mse, numbers) }, { mean: 0, low: 0, high: 0, over: "rows" });
});

/** Rows of two classes by turns, all of which are right, or all wrong. */
const bothClasses = (count: number, isRight: boolean) =>
  predictionsOf({
    kind: "single",
    labels: ["bad", "good"],
    logits: Float32Array.from(
      { length: 2 * count },
      (_, i) => (Math.floor(i / 2) + i + (isRight ? 1 : 0)) % 2,
    ),
    truth: Array.from({ length: count }, (_, row) => row % 2),
  });

Deno.test("rows: the interval of drawn rows holds the score", () => {
  const other = rowInterval(f1, rows(20, 10));
  assert.ok(other.low <= other.mean && other.mean <= other.high);
});
