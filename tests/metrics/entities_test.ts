import assert from "node:assert/strict";
import { jupyterDisplay } from "../../lib/core/display.ts";
import { entityErrors } from "../../lib/metrics/entity_errors.ts";
import { entityF1 } from "../../lib/metrics/entity_f1.ts";
import { entityPrecision } from "../../lib/metrics/entity_precision.ts";
import { entityRecall } from "../../lib/metrics/entity_recall.ts";
import { tokenAccuracy } from "../../lib/metrics/token_accuracy.ts";
import type { TagPredictions } from "../../lib/nn/tag_predictions.ts";
import type { TagScheme } from "../../lib/nn/tags/tag_scheme.ts";
import { isMistake } from "../is_mistake.ts";

interface Case {
  name: string;
  scheme: TagScheme;
  truth: string[][];
  predicted: string[][];
  accuracy: number;
  default: Record<string, number | null | number[]>;
  strict: Record<string, number | null | number[]>;
}

const golden: { scores: Case[] } = JSON.parse(
  await Deno.readTextFile(new URL("../golden/entities.json", import.meta.url)),
);

/** Sums of shares in another order. */
const tolerance = 1e-9;

type Tagged = Pick<Case, "scheme" | "truth" | "predicted">;

function predictionsOf({ scheme, truth, predicted }: Tagged): TagPredictions {
  const labels = [...new Set([...truth, ...predicted].flat())];
  const numbers = (rows: string[][]) =>
    rows.map((row) => Int32Array.from(row, (tag) => labels.indexOf(tag)));
  return {
    kind: "tags",
    rows: truth.length,
    labels,
    scheme,
    truth: numbers(truth),
    predicted: numbers(predicted),
  };
}

const scores = [entityPrecision, entityRecall, entityF1];

for (const entry of golden.scores) {
  Deno.test(`entity scores equal seqeval's: ${entry.name}`, () => {
    const predictions = predictionsOf(entry);
    for (const mode of ["default", "strict"] as const) {
      for (const score of scores) {
        const averages = mode === "strict" ? score.strict : score;
        for (const average of ["micro", "macro", "weighted"] as const) {
          const wanted = entry[mode][`${score.name}.${average}`] as number | null;
          const found = averages[average].compute(predictions);
          const where = `${averages[average].name}: ${found}, but ${wanted} there`;
          if (wanted === null) assert.ok(Number.isNaN(found), where);
          else assert.ok(Math.abs(found - wanted) <= tolerance, where);
        }
        assert.deepEqual(averages.compute(predictions), averages.micro.compute(predictions));
        const each = averages.perClass.compute(predictions);
        assert.deepEqual(Object.keys(each), Object.keys(each).sort());
        const wanted = entry[mode][`${score.name}.perClass`] as number[];
        assert.equal(Object.values(each).length, wanted.length);
        Object.values(each).forEach((found, at) => {
          assert.ok(Math.abs(found - wanted[at]) <= tolerance, averages.perClass.name);
        });
      }
    }
    assert.ok(Math.abs(tokenAccuracy.compute(predictions) - entry.accuracy) <= tolerance);
  });

  Deno.test(`entity errors add up: ${entry.name}`, () => {
    const predictions = predictionsOf(entry);
    const { perClass, confused, ...all } = entityErrors.compute(predictions);
    const truth = all.correct + all.type + all.boundary + all.both + all.missed;
    const predicted = all.correct + all.type + all.boundary + all.both + all.spurious;
    const share = (part: number, whole: number) => whole === 0 ? 0 : part / whole;
    const close = (a: number, b: number) => assert.ok(Math.abs(a - b) <= tolerance);
    close(share(all.correct, truth), entityRecall.compute(predictions));
    close(share(all.correct, predicted), entityPrecision.compute(predictions));
    for (const kind of Object.keys(all) as (keyof typeof all)[]) {
      const sum = Object.values(perClass).reduce((total, each) => total + each[kind], 0);
      assert.equal(sum, all[kind], kind);
    }
    assert.equal(confused.reduce((sum, { count }) => sum + count, 0), all.type + all.both);
  });
}

Deno.test("each entity is compared with one other: the best one", () => {
  const found = entityErrors.compute(predictionsOf({
    scheme: "BIO",
    truth: [
      ["B-A", "I-A", "I-A", "O", "B-B", "O", "B-A", "O"],
      ["B-A", "B-A", "O", "O", "B-B", "I-B"],
    ],
    predicted: [
      // Two pieces of the first one: one is its boundary error, the other is spurious.
      ["B-A", "I-A", "B-A", "O", "B-A", "O", "O", "B-C"],
      // One over two: the first is its boundary error, the second missed; another type and longer.
      ["B-A", "I-A", "O", "B-A", "I-A", "O"],
    ],
  }));
  const { perClass, confused, ...all } = found;
  assert.deepEqual(all, { correct: 0, type: 1, boundary: 2, both: 1, missed: 2, spurious: 2 });
  assert.deepEqual(perClass.A, {
    correct: 0,
    type: 0,
    boundary: 2,
    both: 0,
    missed: 2,
    spurious: 1,
  });
  assert.deepEqual(confused, [{ true: "B", predicted: "A", count: 2 }]);
  const shown = (found as unknown as Record<symbol, () => Record<string, string>>)
    [jupyterDisplay]();
  assert.match(shown["text/plain"], /^type +correct +wrong type +wrong boundary/);
  assert.match(shown["text/html"], /<caption[^>]*>Types that were taken for each other/);
});

Deno.test("a word that the model could not read is wrong, and outside of entities", () => {
  const predictions = predictionsOf({
    scheme: "BIO",
    truth: [["B-A", "O"]],
    predicted: [["B-A", "O"]],
  });
  const unread = { ...predictions, predicted: [Int32Array.of(-1, -1)] };
  assert.equal(tokenAccuracy.compute(unread), 0);
  assert.equal(entityErrors.compute(unread).missed, 1);
});

Deno.test("plain tags have no entities", () => {
  const plain = predictionsOf({
    scheme: "plain",
    truth: [["NN", "VB"]],
    predicted: [["NN", "NN"]],
  });
  assert.equal(tokenAccuracy.compute(plain), 0.5);
  for (const metric of [entityF1, entityF1.strict.perClass, entityErrors]) {
    assert.throws(() => metric.compute(plain), isMistake("input", metric.name.split(".")[0]));
  }
});
