import assert from "node:assert/strict";
import { jupyterDisplay } from "../../lib/core/display.ts";
import { averageRecall } from "../../lib/metrics/average_recall.ts";
import { boxCurve, classBoxes, precisionAtRecalls } from "../../lib/metrics/boxes/class_curves.ts";
import { chooseScoreThreshold } from "../../lib/metrics/choose_score_threshold.ts";
import { detectionCurves } from "../../lib/metrics/detection_curves.ts";
import { detectionSummary } from "../../lib/metrics/detection_summary.ts";
import { meanAveragePrecision } from "../../lib/metrics/mean_average_precision.ts";
import { type BoxPredictions, boxPredictions } from "../../lib/nn/box_predictions.ts";
import { isMistake } from "../is_mistake.ts";

interface GoldenBox {
  box: [number, number, number, number];
  label: number;
  isCrowd?: boolean;
  area?: number;
}

interface Case {
  name: string;
  classes: number;
  truth: GoldenBox[][];
  predicted: (GoldenBox & { score: number })[][];
  stats: (number | null)[];
  precision: Record<"all" | "small" | "medium" | "large", (number | null)[]>;
  precisionAt50: (number | null)[];
  recall: Record<string, (number | null)[]>;
  curve: number[];
}

const golden: { cases: Case[] } = JSON.parse(
  await Deno.readTextFile(new URL("../golden/detection.json", import.meta.url)),
);

/** Sums in another order. */
const tolerance = 1e-9;

function predictionsOf({ classes, truth, predicted }: Case): BoxPredictions {
  const labels = Array.from({ length: classes }, (_, label) => `class ${label}`);
  const named = <Box extends GoldenBox>(boxes: Box[]) =>
    boxes.map((each) => ({ ...each, label: labels[each.label] }));
  return boxPredictions({ labels, truth: truth.map(named), predicted: predicted.map(named) });
}

function assertNear(found: number, wanted: number | null, what: string): void {
  if (wanted === null) assert.ok(Number.isNaN(found), `${what}: ${found} is defined`);
  else assert.ok(Math.abs(found - wanted) <= tolerance, `${what}: ${found}, but ${wanted} there`);
}

for (const entry of golden.cases) {
  Deno.test(`scores of boxes equal pycocotools': ${entry.name}`, () => {
    const predictions = predictionsOf(entry);
    const { precision, recall } = detectionSummary.compute(predictions);
    const found = [
      ...[precision.all, precision.at50, precision.at75],
      ...[precision.small, precision.medium, precision.large],
      ...[recall.at1, recall.at10, recall.at100, recall.small, recall.medium, recall.large],
    ];
    found.forEach((value, at) => assertNear(value, entry.stats[at], `number ${at}`));
    const perClass = Object.values(meanAveragePrecision.perClass.compute(predictions));
    perClass.forEach((value, k) => assertNear(value, entry.precision.all[k], `class ${k}`));
    Object.values(averageRecall.perClass.compute(predictions))
      .forEach((value, k) => assertNear(value, entry.recall["100"][k], `recall of class ${k}`));
    const curve = classBoxes(predictions).filter(({ label }) => label === 0)
      .flatMap((boxes) => [...precisionAtRecalls(boxCurve(boxes, 0))]);
    curve.forEach((value, at) => assertNear(value, entry.curve[at], `precision ${at}`));
    const { perClass: curves } = detectionCurves.compute(predictions);
    for (const { label, averagePrecision } of curves) {
      assertNear(averagePrecision, entry.precisionAt50[predictions.labels.indexOf(label)], label);
    }
  });
}

Deno.test("drawn images are scored as a data set in which they stand so often", () => {
  const predictions = predictionsOf(golden.cases[0]);
  const rows = [3, 0, 0, 7, 11, 2, 2, 2];
  const drawn = predictions.select!(rows) as BoxPredictions;
  const copied = structuredClone({
    truth: rows.map((row) => predictions.truth[row]),
    predicted: rows.map((row) => predictions.predicted[row]),
  });
  assert.equal(drawn.rows, rows.length);
  const copy: BoxPredictions = { ...predictions, rows: rows.length, ...copied };
  const { precision, recall } = detectionSummary.compute(copy);
  const summary = detectionSummary.compute(drawn);
  for (const [name, value] of Object.entries(precision)) {
    assertNear(summary.precision[name as "all"], Number.isNaN(value) ? null : value, name);
  }
  for (const [name, value] of Object.entries(recall)) {
    assertNear(summary.recall[name as "at1"], Number.isNaN(value) ? null : value, name);
  }
  const [of, from] = [drawn, copy].map((each) => detectionCurves.compute(each).all.points);
  assert.deepEqual(of, from);
  const again = drawn.select!([1, 1, 7]) as BoxPredictions;
  assert.deepEqual([...again.drawn!], [0, 0, 2]);
});

Deno.test("a threshold has the precision and the recall that its boxes have", () => {
  const predictions = predictionsOf(golden.cases[0]);
  const { all, perClass } = detectionCurves.compute(predictions);
  assert.equal(all.objects, perClass.reduce((sum, { objects }) => sum + objects, 0));
  const above = (threshold: number): BoxPredictions => ({
    ...predictions,
    predicted: predictions.predicted.map((boxes) => boxes.filter(({ score }) => score > threshold)),
  });
  for (const curve of [all, ...perClass]) {
    for (const options of [{}, { precision: 0.2 }, { recall: 0.3 }]) {
      const { threshold, score: _, ...shares } = chooseScoreThreshold(curve, options);
      const again = detectionCurves.compute(above(threshold));
      const [last] = [again.all, ...again.perClass].find(({ label }) => label === curve.label)!
        .points.slice(-1);
      assert.deepEqual({ ...last, ...shares }, last);
      assert.ok(shares.f1 <= chooseScoreThreshold(curve).f1);
    }
    assert.ok(chooseScoreThreshold(curve, { precision: 0.2 }).precision >= 0.2);
    assert.ok(chooseScoreThreshold(curve, { recall: 0.3 }).recall >= 0.3);
  }
  assert.throws(() => chooseScoreThreshold(all, { recall: 1 }), isMistake("data", "the most is"));
  assert.throws(
    () => chooseScoreThreshold(all, { recall: 0.5, precision: 0.5 }),
    isMistake("input", "not both"),
  );
  const nothing = detectionCurves.compute(predictionsOf(golden.cases[5])).all;
  assert.throws(() => chooseScoreThreshold(nothing), isMistake("data", "no box"));
});

Deno.test("curves and summary show themselves", async () => {
  type Shown = Record<symbol, () => Promise<Record<string, string>>>;
  for (const entry of golden.cases) {
    const predictions = predictionsOf(entry);
    const curves = detectionCurves.compute(predictions) as unknown as Shown;
    const shown = await curves[jupyterDisplay]();
    assert.match(shown["text/plain"], /^class +objects +average precision/);
    assert.match(shown["text/html"], /<img/);
    const summary = detectionSummary.compute(predictions) as unknown as Shown;
    assert.match((await summary[jupyterDisplay]())["text/plain"], /mean average precision/);
  }
});

Deno.test("boxes that cannot be scored are one error", () => {
  const box = [0, 0, 1, 1] as const;
  const labels = ["cat"];
  assert.throws(
    () => boxPredictions({ labels, truth: [[]], predicted: [] }),
    isMistake("input", "give as many"),
  );
  assert.throws(
    () => boxPredictions({ labels, truth: [], predicted: [] }),
    isMistake("data", "no rows"),
  );
  assert.throws(
    () =>
      boxPredictions({
        labels,
        truth: [[{ box, label: "cta" }], [{ box: [0, 0, -1, 1], label: "cat" }]],
        predicted: [[{ box, label: "cat", score: NaN }], []],
      }),
    (error: Error) =>
      /row 1, box 1: there is no label "cta".*"cat"/.test(error.message) &&
      /row 2, box 1: .*is not \[x, y, width, height\]/.test(error.message) &&
      /row 1, predicted, box 1: the score is NaN/.test(error.message),
  );
});
