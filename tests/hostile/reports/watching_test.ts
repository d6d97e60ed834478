/**
 * Drift that was none, and numbers that were none, from public reports; LOG.md has their addresses.
 */
import assert from "node:assert/strict";
import { Random } from "../../../lib/core/random.ts";
import { compareRows } from "../../../lib/serve/watch/drift/compare_rows.ts";
import { referenceProfile } from "../../../lib/serve/watch/profile/reference_profile.ts";
import type { RowSignals } from "../../../lib/serve/watch/signals/row_signals.ts";
import { isMistake } from "../../is_mistake.ts";
import {
  chiSquareTest,
  jensenShannonDistance,
  kolmogorovSmirnov,
  populationStabilityIndex,
} from "tunebook";

const rowsOf = (labels: readonly string[], numbers: RowSignals["numbers"] = {}): RowSignals[] =>
  labels.map((label) => ({ numbers, classes: { label } }));
const profileOf = (signals: readonly RowSignals[]) =>
  referenceProfile({ task: "text-classification", readsTexts: true, signals });

Deno.test("many classes of one distribution are no drift, and one that is new is", () => {
  const random = Random.fromSeed(3);
  const drawn = (rows: number, classes: number) =>
    Array.from({ length: rows }, () => `c${Math.floor(random.uniform() * classes)}`);
  for (const classes of [60, 300]) {
    const found = Array.from(
      { length: 20 },
      () => compareRows(profileOf(rowsOf(drawn(300, classes))), rowsOf(drawn(200, classes)))[0],
    );
    const least = Math.min(...found.map(({ pValue }) => pValue!));
    // The least of twenty p-values of one distribution is below .002 in 4 of 100 draws; these are seeded.
    assert.ok(least > 0.002, `${classes} classes: ${least}`);
  }
  const known = drawn(300, 10);
  const [fresh] = compareRows(profileOf(rowsOf(known)), [
    ...rowsOf(drawn(160, 10)),
    ...rowsOf(Array(40).fill("new")),
  ]);
  assert.ok(fresh.pValue! < 1e-8, String(fresh.pValue));
  assert.deepEqual(fresh.shares!.at(-1), { name: "new", reference: 0, served: 0.2 });
});

Deno.test("what never varies does not drift, and every measure of it is a number", () => {
  const same = rowsOf(Array(50).fill("0"), { confidence: 1, words: 3 });
  for (const found of compareRows(profileOf(same), same.slice(0, 40))) {
    assert.deepEqual([found.statistic, found.pValue, found.adjusted], [0, 1, 1], found.signal);
    assert.equal(found.jensenShannon, 0);
    assert.ok(Math.abs(found.populationStability!) < 0.01);
  }
  assert.deepEqual(chiSquareTest([50], [10]), {
    statistic: 0,
    pValue: 1,
    freedom: 0,
    leastExpected: 10,
  });
  assert.equal(kolmogorovSmirnov(Array(50).fill(3), Array(40).fill(3)).pValue, 1);
});

Deno.test("the distance of Jensen and Shannon is between 0 and 1; missing values are errors", () => {
  assert.equal(jensenShannonDistance([50, 0], [0, 30]), 1);
  assert.equal(jensenShannonDistance([1, 1, 1], [3, 3, 3]), 0);
  assert.ok(Number.isFinite(populationStabilityIndex([50, 0], [10, 30])));
  assert.throws(
    () => jensenShannonDistance([0, 0], [1, 1]),
    isMistake("input", "all counts are 0"),
  );
  assert.throws(() => chiSquareTest([NaN, 1], [1, 1]), isMistake("input", "count 1 is NaN"));
  assert.throws(() => kolmogorovSmirnov([1, NaN], [1, 2]), isMistake("input", "number 2 is NaN"));
});
