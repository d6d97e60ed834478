import { predictionsOf } from "../../lib/tasks/shared/class_predictions.ts";
import assert from "node:assert/strict";
import { calibrationBins } from "../../lib/chart/calibration_chart.ts";
import {
  countsByThreshold,
  precisionRecallCurve,
  rocCurve,
} from "../../lib/chart/curves_by_class.ts";
import { rocChart } from "../../lib/chart/roc_chart.ts";
import { Random } from "../../lib/core/random.ts";
import { auc } from "../../lib/metrics/auc.ts";

/** Random predictions; rounded logits give many ties. */
function made(kind: "single" | "multi", classes: number, rows: number, isRounded: boolean) {
  const random = Random.fromSeed(classes, kind, rows);
  const logit = () => isRounded ? Math.round(2 * random.normal()) : 3 * random.normal();
  const truth = Array.from(
    { length: kind === "single" ? rows : rows * classes },
    () => Math.floor(random.uniform() * (kind === "single" ? classes : 2)),
  );
  return predictionsOf({
    kind,
    labels: Array.from({ length: classes }, (_, k) => `class ${k}`),
    logits: Float32Array.from({ length: rows * classes }, logit),
    truth,
  });
}

const cases = [
  made("single", 2, 60, false),
  made("single", 2, 60, true),
  made("single", 4, 90, false),
  made("single", 4, 90, true),
  made("multi", 3, 50, true),
];

Deno.test("the area under each ROC curve is the metric's", () => {
  for (const predictions of cases) {
    const areas = auc.perClass.compute(predictions);
    predictions.labels.forEach((label, k) => {
      assert.ok(Math.abs(rocCurve(predictions, k).area - areas[label]) < 1e-12);
    });
  }
});

Deno.test("the average precision is that of its definition, over all thresholds", () => {
  for (const predictions of cases) {
    predictions.labels.forEach((_, k) => {
      const { hits, misses } = countsByThreshold(predictions, k);
      const positives = hits[hits.length - 1];
      // Σ over rows with the class: the precision at the row's own threshold, divided by their count.
      let sum = 0;
      for (let row = 1; row <= positives; row++) {
        const at = hits.findIndex((count) => count >= row);
        sum += hits[at] / (hits[at] + misses[at]);
      }
      assert.ok(Math.abs(precisionRecallCurve(predictions, k).area - sum / positives) < 1e-12);
    });
  }
});

Deno.test("curves start and end where they must", () => {
  for (const predictions of cases) {
    const { points } = rocCurve(predictions, 1);
    assert.deepEqual(points[0], { x: 0, y: 0 });
    assert.deepEqual(points[points.length - 1], { x: 1, y: 1 });
    assert.equal(precisionRecallCurve(predictions, 1).points.at(-1)!.x, 1);
  }
});

Deno.test("a class without rows has no area", () => {
  const logits = Float32Array.of(1, 0, 0, 1);
  const predictions = predictionsOf({ kind: "single", labels: ["a", "b"], logits, truth: [0, 0] });
  assert.ok(Number.isNaN(rocCurve(predictions, 1).area));
  assert.ok(Number.isNaN(precisionRecallCurve(predictions, 1).area));
  assert.match(String(rocChart(predictions)), /b undefined/);
});

Deno.test("calibration bins hold every row, a probability of 1 too", () => {
  const predictions = predictionsOf({
    kind: "single",
    labels: ["a", "b"],
    logits: Float32Array.of(40, 0, 40, 0, 0, 0.2), // probabilities 1, 1 and .55
    truth: [0, 1, 1],
  });
  const bins = calibrationBins(predictions, 10);
  assert.deepEqual(bins.map(({ rows }) => rows), [0, 0, 0, 0, 0, 1, 0, 0, 0, 2]);
  assert.equal(bins[9].right, 0.5);
  assert.equal(bins[9].said, 1);
});

Deno.test("numbers have no ROC curve", () => {
  const predictions = predictionsOf({
    kind: "regression",
    labels: ["stars"],
    logits: Float32Array.of(1, 2),
    truth: [1, 2],
  });
  assert.throws(() => rocChart(predictions), /these predictions are numbers/);
});
