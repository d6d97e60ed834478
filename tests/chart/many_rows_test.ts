/** Charts of 100,000 rows stay small and keep their shape. */
import { predictionsOf } from "../../lib/tasks/shared/class_predictions.ts";
import assert from "node:assert/strict";
import { calibrationChart } from "../../lib/chart/calibration_chart.ts";
import { classBarsChart } from "../../lib/chart/class_bars_chart.ts";
import {
  type ClassCurve,
  precisionRecallCurve,
  rocCurve,
} from "../../lib/chart/curves_by_class.ts";
import type { Drawing } from "../../lib/chart/drawing.ts";
import { embeddingChart } from "../../lib/chart/embedding_chart.ts";
import { lossChart } from "../../lib/chart/loss_chart.ts";
import { precisionRecallChart } from "../../lib/chart/precision_recall_chart.ts";
import { rocChart } from "../../lib/chart/roc_chart.ts";
import { runsChart } from "../../lib/chart/runs_chart.ts";
import { seriesChart } from "../../lib/chart/series_chart.ts";
import { jupyterDisplay } from "../../lib/core/display.ts";
import { Random } from "../../lib/core/random.ts";

const rows = 100_000;
const random = Random.fromSeed(5);
/** A class of 100 rows, most of which come first. */
const truth = Array.from({ length: rows }, (_, row) => Number(row < 100));
const predictions = predictionsOf({
  kind: "single",
  labels: ["usual", "rare"],
  logits: Float32Array.from(
    { length: 2 * rows },
    (_, at) => at % 2 ? 3.5 * truth[at >> 1] + random.normal() : 0,
  ),
  truth,
});
const losses = Float64Array.from(
  { length: rows },
  (_, step) => step === 50_003 ? 9 : Math.exp(-step / 3e4) + 0.1 * random.uniform(),
);

async function bytesOf(drawing: Drawing): Promise<number> {
  return JSON.stringify(await drawing[jupyterDisplay]()).length;
}

/** The line that a chart of curves draws. */
function drawnLine({ spec }: Drawing): { x: number; y: number }[] {
  return (spec as unknown as { data: { values: { x: number; y: number }[] } }).data.values;
}

const drawnArea = (line: readonly { x: number; y: number }[]) =>
  line.slice(1).reduce((sum, { x, y }, at) => sum + (x - line[at].x) * (y + line[at].y) / 2, 0);

Deno.test("ROC and precision-recall curves keep their areas, also of a rare class", async () => {
  const cases: [Drawing, ClassCurve][] = [
    [rocChart(predictions), rocCurve(predictions, 1)],
    [precisionRecallChart(predictions), precisionRecallCurve(predictions, 1)],
  ];
  for (const [drawing, { area }] of cases) {
    const line = drawnLine(drawing);
    assert.ok(line.length <= 400, `${line.length} points`);
    assert.ok(Math.abs(drawnArea(line) - area) < 2e-3, `${drawnArea(line)} of ${area}`);
    assert.ok(await bytesOf(drawing) < 100_000);
  }
});

Deno.test("a loss of one step is seen among all, with as many validations and rates", async () => {
  const drawing = lossChart({
    losses,
    learningRates: losses,
    validations: Array.from(losses, (score, at) => ({ step: at + 1, score })),
  });
  assert.ok(await bytesOf(drawing) < 250_000);
  const spec = JSON.stringify(drawing.spec);
  for (const name of ["loss", "score", "learning rate"]) {
    assert.ok(spec.includes(`"${name}":9`), name);
  }
});

Deno.test("runs and series of many steps stay small", async () => {
  const run = { losses, scores: { accuracy: 0.5 } };
  assert.ok(await bytesOf(runsChart({ a: run, b: run, c: run })) < 200_000);
  const points = Array.from(losses, (a, step) => ({ step, values: { a, b: -a } }));
  const series = seriesChart(points, { name: "loss" });
  assert.ok(await bytesOf(series) < 200_000);
  assert.ok(JSON.stringify(series.spec).includes('"from":50003,"value":9'));
});

Deno.test("calibration has fixed bins", async () => {
  assert.ok(await bytesOf(calibrationChart(predictions)) < 50_000);
});

Deno.test("a scatter of vectors is a sample that says so and has every class", async () => {
  const vectors = truth.map(() => [random.normal(), random.normal(), random.normal()]);
  const labels = truth.map((label, row) => row === 7 ? "single" : String(label));
  const drawing = await embeddingChart({ vectors, labels });
  assert.ok(await bytesOf(drawing) < 1_000_000);
  const { data, title } = drawing.spec as unknown as {
    data: { values: { label: string }[] };
    title: string;
  };
  assert.match(title, /^a sample of 2,00\d of 100,000 vectors$/);
  assert.ok(data.values.some(({ label }) => label === "single"));
  assert.ok(data.values.length <= 2003);
  assert.match(String(drawing), /100000 vectors.*0 99900.*a sample of 2,00\d of 100,000/);
  assert.deepEqual((await embeddingChart({ vectors, labels })).spec, drawing.spec);
  // A mistake is named by its row, in the sample or not.
  const wrong = vectors.with(99_998, [NaN, 0, 0]);
  await assert.rejects(embeddingChart({ vectors: wrong, labels }), /vector 99999 holds NaN/);
});

Deno.test("a chart that stays too large says so in its own terms", async () => {
  const classes = Array.from({ length: 6000 }, (_, at) => [`kind ${at}`, 0.5]);
  const bars = classBarsChart({ recall: Object.fromEntries(classes) });
  await assert.rejects(bars.svg(), {
    name: "TunebookError",
    message: /6,000 marks.*limit is 5,000\. Draw fewer rows, classes or runs$/,
  });
});
