import assert from "node:assert/strict";
import {
  energyOutliers,
  mahalanobisOutliers,
  maxSoftmaxOutliers,
  outlierReport,
} from "../../../mod.ts";
import { type Displayed, jupyterDisplay } from "../../../lib/core/display.ts";
import { isMistake } from "../../is_mistake.ts";
import { goldenPath } from "../../models/golden.ts";

const { outliers: golden } = JSON.parse(await Deno.readTextFile(goldenPath("robustness.json")));

function near(found: ArrayLike<number>, expected: readonly number[]): void {
  assert.equal(found.length, expected.length);
  expected.forEach((value, at) => {
    const apart = Math.abs(found[at] - value) / Math.max(1, Math.abs(value));
    assert.ok(apart < 1e-9, `number ${at + 1} is ${found[at]}, not ${value}`);
  });
}

Deno.test("scores equal the formulas in NumPy and scikit-learn", () => {
  near(maxSoftmaxOutliers(golden.logits), golden.maxSoftmax);
  near(energyOutliers(golden.logits), golden.energy);
  near(energyOutliers(golden.logits, { temperature: 2 }), golden.energyAt2);
  const { features, labels, asked } = golden;
  near(mahalanobisOutliers(features, labels).scores(asked), golden.mahalanobis);
  const shrunk = mahalanobisOutliers(features, labels, { shrinkage: 0.3 });
  near(shrunk.scores(asked), golden.mahalanobisShrunk);
  assert.deepEqual(shrunk.classes, ["a", "b", "c"]);
});

Deno.test("large logits do not overflow", () => {
  assert.equal(maxSoftmaxOutliers([[1000, 0]])[0], -1);
  assert.equal(energyOutliers([[1000, 0]])[0], -1000);
});

Deno.test("AUROC and the false positives at 95 % equal scikit-learn's, ties included", async () => {
  for (const { inside, outside, auroc, fprAt95 } of golden.roc) {
    const report = outlierReport({ validation: inside, inside, outside });
    near([report.auroc, report.fprAt95], [auroc, fprAt95]);
    // The threshold of the same rows keeps and refuses what fprAt95 says.
    near([1 - report.refusedOutside.mean], [fprAt95]);
    assert.ok(report.keptInside.mean >= 0.95 && report.keptInside.high > report.keptInside.mean);
  }
  const report = outlierReport({ validation: [0, 1], inside: [0, 1], outside: [2, 3] });
  assert.match(String(report), /AUROC: 1\.0000[\s\S]*refuses: 100\.0 %/);
  const { "text/html": html } = await (report as unknown as Displayed)[jupyterDisplay]();
  assert.match(html as string, /AUROC/);
});

Deno.test("the threshold is of the validation rows alone", () => {
  const validation = Array.from({ length: 100 }, (_, row) => row);
  const { threshold } = outlierReport({ validation, inside: [500], outside: [3], keep: 0.9 });
  assert.equal(threshold, 89);
  assert.equal(validation.filter((score) => score <= threshold).length, 90);
});

Deno.test("what cannot be scored is refused", () => {
  assert.throws(
    () => maxSoftmaxOutliers([[1, 2], [1]]),
    isMistake("data", "vector 2 has 1 numbers"),
  );
  assert.throws(() => energyOutliers([[NaN, 1]]), isMistake("data", "vector 1 has NaN"));
  assert.throws(() => maxSoftmaxOutliers([]), isMistake("data", "no vectors"));
  const flat = [[0, 0], [1, 1], [2, 2]];
  assert.throws(
    () => mahalanobisOutliers(flat, ["a", "a", "a"]),
    isMistake("data", "depend on each other", "shrinkage"),
  );
  assert.ok(mahalanobisOutliers(flat, ["a", "a", "a"], { shrinkage: 0.1 }).scores([[0, 2]])[0] > 1);
  assert.throws(
    () => mahalanobisOutliers(flat, ["a"]),
    isMistake("data", "3 vectors and 1 labels"),
  );
  assert.throws(
    () => outlierReport({ validation: [], inside: [NaN], outside: [1] }),
    isMistake("input", "validation has no scores", "inside: score 1 is NaN"),
  );
});
