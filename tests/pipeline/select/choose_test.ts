/** What is chosen, what is on the front, and what leaks, of numbers and rows alone. */
import assert from "node:assert/strict";
import { textClassification } from "../../../lib/tasks/text_classification.ts";
import { tableFromColumns } from "../../../lib/table/table.ts";
import { accuracy } from "../../../lib/metrics/accuracy.ts";
import type { FoldResult } from "../../../lib/pipeline/select/fold_runs.ts";
import { candidateTests } from "../../../lib/pipeline/select/candidate_tests.ts";
import {
  chooseCandidate,
  type ScoredCandidate,
} from "../../../lib/pipeline/select/choose_candidate.ts";
import { foldInterval, standardErrorOf } from "../../../lib/pipeline/select/fold_interval.ts";
import { leakageNotes } from "../../../lib/pipeline/select/leakage_notes.ts";
import { paretoFront } from "../../../lib/pipeline/select/pareto_front.ts";
import type { Pool } from "../../../lib/pipeline/select/pool.ts";
import { poolFolds } from "../../../lib/pipeline/select/pool_folds.ts";
import { rareClassNotes } from "../../../lib/pipeline/select/scored_folds.ts";
import { isMistake } from "../../is_mistake.ts";

const candidate = (
  name: string,
  mean: number,
  standardError: number,
  trainedParameters?: number,
): ScoredCandidate => ({
  ...{ name, mean, standardError },
  costs: trainedParameters === undefined ? {} : { trainedParameters },
});

Deno.test("the best mean, or the cheapest within a standard error of it", () => {
  const all = [
    candidate("tiny", 0.7, 0.1, 10),
    candidate("small", 0.86, 0.001, 100),
    candidate("large", 0.88, 0.03, 1000),
    candidate("middle", 0.87, 0.2, 500),
  ];
  const how = { better: "higher", cost: "trainedParameters" } as const;
  const nameBy = (rule: "best" | "one-standard-error", of = all, more = {}) =>
    chooseCandidate(of, { ...how, rule, ...more }).name;
  assert.equal(nameBy("best"), "large");
  assert.equal(nameBy("one-standard-error"), "small", "its own error does not count");
  assert.equal(nameBy("best", all, { better: "lower" }), "tiny");
  // 0.7 and an error of 0.1: nothing else is below 0.8.
  assert.equal(nameBy("one-standard-error", all, { better: "lower" }), "tiny");
  const same = [candidate("worse", 0.87, 0, 5), candidate("better", 0.88, 0.02, 5)];
  assert.equal(nameBy("one-standard-error", same), "better");
  const unknown = [...all, candidate("unknown", 0.87, 0)];
  assert.equal(nameBy("best", unknown), "large");
  assert.throws(
    () => nameBy("one-standard-error", unknown),
    isMistake("unsupported", /not measured of unknown/),
  );
});

Deno.test("on the front is what nothing beats in all", () => {
  assert.deepEqual(paretoFront([[1, 5], [2, 2], [3, 3], [5, 1], [5, 1], [2, 4]]), [
    ...[true, true, false],
    ...[true, true, false],
  ]);
});

const fold = (repeat: number, number: number, score: number): FoldResult => ({
  ...{ repeat, fold: number, score, trainRows: 30, testRows: 10, seconds: 1 },
});

Deno.test("repeats widen nothing away: the standard error is that of one cut", () => {
  const once = [0.8, 0.9, 0.7, 0.8].map((score, at) => fold(1, at + 1, score));
  const twice = [...once, ...once.map((each) => ({ ...each, repeat: 2 }))];
  const deviation = (count: number) => Math.sqrt(0.02 * (count / 4) / (count - 1));
  assert.ok(Math.abs(standardErrorOf(once) - deviation(4) / 2) < 1e-12);
  assert.ok(Math.abs(standardErrorOf(twice) - deviation(8) / 2) < 1e-12);
  const { low, high, mean } = foldInterval(once, [0, 0.85]);
  assert.deepEqual([mean, high], [0.8, 0.85], "as far as the metric reaches");
  // 3.182446 is Student's t of three degrees of freedom.
  assert.ok(
    Math.abs(mean - low - 3.182446305284263 * deviation(4) * Math.sqrt(1 / 4 + 1 / 3)) < 1e-9,
  );
});

Deno.test("tests of several candidates are corrected together, and rows are paired", () => {
  const withRows = (right: number[][]) =>
    right.map((rows, at): FoldResult => ({
      ...fold(1, at + 1, rows.reduce((sum, each) => sum + each, 0) / rows.length),
      right: rows,
      statistics: {
        size: 2,
        values: Float64Array.from(rows.flatMap((each) => [each, 1])),
      },
    }));
  const best = withRows([[1, 1, 1, 1], [1, 1, 1, 0], [1, 1, 1, 1]]);
  const near = withRows([[1, 1, 1, 0], [1, 1, 1, 1], [1, 1, 1, 1]]);
  const far = withRows([[0, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 1]]);
  const [a, b] = candidateTests(best, [near, far], accuracy);
  assert.deepEqual([a.mcNemar!.onlyA, a.mcNemar!.onlyB], [1, 1]);
  assert.deepEqual([b.mcNemar!.onlyA, b.mcNemar!.onlyB], [0, 8]);
  assert.equal(b.adjusted, Math.min(1, 2 * b.tTest.pValue));
  assert.equal(a.adjusted, 1);
  assert.ok(Math.abs(b.bootstrap!.difference - 8 / 12) < 1e-12);
  assert.ok(b.bootstrap!.pValue < 0.01 && a.bootstrap!.pValue > 0.2);
});

/** Rows of two classes by authors who write three each. */
function pool(rows: number, more: Partial<Pool> = {}): Pool {
  const of = <Value>(make: (row: number) => Value) =>
    Array.from({ length: rows }, (_, row) => make(row));
  const table = tableFromColumns({
    text: of((row) => `text ${row}`),
    label: of((row) => row % 2 ? "a" : "b"),
    author: of((row) => `author ${Math.floor(row / 3)}`),
    language: of((row) => row % 5 ? "en" : "de"),
  });
  const task = textClassification({ text: "text", label: "label" }).withLabels(["a", "b"]);
  return { table, task, ...more };
}

Deno.test("validation rows come off training rows, in whole groups, and never off held-out ones", () => {
  for (const groups of [undefined, "author"]) {
    const own = pool(90, { validationSize: 0.2, ...(groups ? { groups } : {}) });
    const authors = own.table.array("author") as string[];
    const folds = poolFolds(own, {
      ...{ folds: 3, repeats: 2, seed: 1 },
      ...(groups ? { groups } : {}),
    });
    assert.equal(folds.length, 6);
    for (const { train, validation, test } of folds) {
      const all = [...train, ...validation!, ...test].sort((a, b) => a - b);
      assert.deepEqual(all, Array.from({ length: 90 }, (_, row) => row));
      assert.ok(Math.abs(validation!.length - 12) <= 3, `${validation!.length} rows`);
      if (!groups) continue;
      const parts = [train, validation!, test].map((rows) =>
        new Set(rows.map((row) => authors[row]))
      );
      const count = parts.reduce((sum, { size }) => sum + size, 0);
      assert.equal(count, new Set(authors).size, "an author stands in two parts");
    }
    assert.notDeepEqual(folds[0].test, folds[3].test, "each cut is another");
  }
});

Deno.test("columns that look like groups, and rows that stand in several folds, are told", () => {
  const plain = pool(90);
  const how = { folds: 3, repeats: 1, seed: 1 };
  const notes = leakageNotes(plain, poolFolds(plain, how));
  assert.equal(notes.length, 1);
  assert.match(notes[0], /the column "author" has 30 values, \d+ of them in several folds/);
  const grouped = pool(90, { groups: "author" });
  assert.deepEqual(leakageNotes(grouped, poolFolds(grouped, { ...how, groups: "author" })), []);
  const text = Array.from({ length: 40 }, (_, row) => row < 10 ? "again" : `text ${row}`);
  const repeated = {
    ...plain,
    table: tableFromColumns({ text, label: text.map((_, row) => row % 2 ? "a" : "b") }),
  };
  const [told] = leakageNotes(repeated, poolFolds(repeated, how));
  assert.match(told, /^10 of 40 rows stand in other folds, too/);
});

Deno.test("classes that are too rare for the folds are named, the rarest first", () => {
  const label = [..."aaabbcdddd"];
  const table = tableFromColumns({ label });
  assert.deepEqual(rareClassNotes(table, "label", 2).length, 1);
  assert.match(
    rareClassNotes(table, "label", 4)[0],
    /fewer rows than the 4 folds: "c" \(1\), "b" \(2\), "a" \(3\); some/,
  );
  assert.match(rareClassNotes(table, "label", 5)[0], /"a" \(3\) and 1 more;/);
  assert.deepEqual(rareClassNotes(table, "label", 1), []);
});
