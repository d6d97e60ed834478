import { predictionsOf } from "../../lib/tasks/shared/class_predictions.ts";
import assert from "node:assert/strict";
import { attentionChart } from "../../lib/chart/attention_chart.ts";
import { boxPrecisionRecallChart } from "../../lib/chart/box_precision_recall_chart.ts";
import { calibrationChart } from "../../lib/chart/calibration_chart.ts";
import { chart } from "../../lib/chart/chart.ts";
import { classBarsChart } from "../../lib/chart/class_bars_chart.ts";
import { confusionChart } from "../../lib/chart/confusion_chart.ts";
import { smoothed } from "../../lib/chart/curve.ts";
import type { Drawing } from "../../lib/chart/drawing.ts";
import { embeddingChart } from "../../lib/chart/embedding_chart.ts";
import { learningRateChart } from "../../lib/chart/learning_rate_chart.ts";
import { lossChart } from "../../lib/chart/loss_chart.ts";
import { palette } from "../../lib/chart/palette.ts";
import { type Place, placesChart } from "../../lib/chart/places_chart.ts";
import { precisionRecallChart } from "../../lib/chart/precision_recall_chart.ts";
import { project } from "../../lib/chart/project.ts";
import { rocChart } from "../../lib/chart/roc_chart.ts";
import { runsChart } from "../../lib/chart/runs_chart.ts";
import type { ScoreCurve } from "../../lib/chart/score_curve.ts";
import { scoreThresholdChart } from "../../lib/chart/score_threshold_chart.ts";
import { seriesChart } from "../../lib/chart/series_chart.ts";
import { jupyterDisplay } from "../../lib/core/display.ts";
import { ink } from "../../lib/core/html.ts";
import { assertSelfContained, hostile } from "../core/self_contained.ts";

const predictions = predictionsOf({
  kind: "single",
  labels: ["a", hostile, "c"],
  logits: Float32Array.of(2, 0, 0, 0, 2, 0, 0, 0, 2, 2, 1, 0, 0, 1, 2, 1, 2, 0),
  truth: [0, 1, 2, 1, 2, 0],
});
const vectors = [[0, 0, 1], [0, 0.1, 1], [1, 0, 0], [1, 0.1, 0], [0.5, 1, 0]];
const weights = [[0.5, 0.25, 0.25], [0.1, 0.8, 0.1], [0.3, 0.3, 0.4]];

/** A place with `own` of its numbers trained. */
const place = (name: string, numbers: number, own: number, added = 0): Place => ({
  name,
  numbers,
  own,
  added,
});

/** A detector's curve of two points. */
const scoreCurve = (label: string, averagePrecision: number): ScoreCurve => ({
  label,
  objects: 2,
  points: [
    { score: 0.9, threshold: 0.7, precision: 1, recall: 0.5, f1: 2 / 3 },
    { score: 0.5, threshold: 0.25, precision: 0.5, recall: 1, f1: 2 / 3 },
  ],
  averagePrecision,
});

/** Each chart with how many marks of a kind it must draw. */
const drawings: Readonly<Record<string, [Drawing, role: string, marks: number]>> = {
  loss: [
    lossChart({
      losses: [3, 2, 1],
      learningRates: [1, 2, 1],
      validations: [{ step: 2, score: 0.5 }],
    }, { scoreName: hostile }),
    "line mark",
    4,
  ],
  learningRates: [
    learningRateChart({
      learningRates: [1e-4, 1e-3, 1e-2],
      losses: [3, 2, NaN],
      smoothed: [3, 2.5, 2.4],
      steepest: 1e-4,
      minimumTenth: 1e-3,
      suggestion: 1e-4,
    }),
    "rule mark",
    2,
  ],
  noLearningRates: [
    learningRateChart({ learningRates: [], losses: [], smoothed: [] }),
    "rule mark",
    0,
  ],
  runs: [
    runsChart({ [hostile]: { losses: [2, 1], scores: { f1: 0.5 } }, b: { losses: [2, 1] } }),
    "line mark",
    2,
  ],
  confusion: [
    confusionChart({ labels: ["a", hostile], counts: [[3, 1], [0, 2]] }),
    "rect mark",
    4,
  ],
  roc: [rocChart(predictions), "line mark", 4],
  precisionRecall: [precisionRecallChart(predictions), "line mark", 3],
  boxPrecisionRecall: [
    boxPrecisionRecallChart([
      scoreCurve(hostile, 0.5),
      scoreCurve("b", 0.25),
      scoreCurve("c", NaN),
    ]),
    "line mark",
    2,
  ],
  scoreThreshold: [
    scoreThresholdChart(scoreCurve(hostile, 0.5), { threshold: 0.4 }),
    "line mark",
    3,
  ],
  noScoreThreshold: [
    scoreThresholdChart({ ...scoreCurve("a", NaN), points: [] }),
    "line mark",
    0,
  ],
  calibration: [calibrationChart(predictions), "bar", 10],
  bars: [classBarsChart({ recall: { a: 1, [hostile]: 0.5 }, f1: { a: 0.5 } }), "bar", 3],
  embedding: [
    await embeddingChart({ vectors, labels: ["a", hostile, "b", "b", "a"] }),
    "circle",
    5,
  ],
  series: [
    seriesChart([{ step: 0, values: { a: 3, [hostile]: 3 } }, {
      step: 2,
      values: { a: 1, [hostile]: 2 },
    }]),
    "text mark container",
    0,
  ],
  places: [
    placesChart({ method: hostile, rows: [{ kind: "head", places: [place(hostile, 4, 2)] }] }),
    "rect mark container",
    0,
  ],
  attention: [attentionChart({ tokens: ["a", hostile, "a"], weights }), "rect mark", 9],
};

for (const [name, [drawing, role, marks]] of Object.entries(drawings)) {
  Deno.test(`${name}: draws its marks, shows itself without network, escapes texts`, async () => {
    const svg = await drawing.svg();
    assert.equal(svg.split(`aria-roledescription="${role}"`).length - 1, marks);
    assert.match(svg, /^<svg role="img" aria-label="[^"]+"/);
    assert.ok(!svg.includes("<img") && !svg.includes("<script"));
    assertSelfContained(await drawing[jupyterDisplay]());
    assert.equal(String(drawing), drawing.description);
    // The specification is plain data.
    assert.deepEqual(JSON.parse(JSON.stringify(drawing.spec)), drawing.spec);
  });
}

Deno.test("an attention axis shows a token at each of its places", async () => {
  const svg = await drawings.attention[0].svg();
  assert.equal(svg.match(/>a<\/text>/g)?.length, 4);
});

Deno.test("attention of another size is refused", () => {
  assert.throws(() => attentionChart({ tokens: ["a"], weights }), /1 tokens need 1 rows/);
});

Deno.test("attention over many tokens is refused with what to do", () => {
  const tokens = new Array<string>(101).fill("a");
  const rows = tokens.map(() => new Float32Array(101));
  assert.throws(() => attentionChart({ tokens, weights: rows }), {
    name: "TunebookError",
    message: /101 tokens would be 10,201 cell.*tokens\.slice\(0, 100\)/,
  });
  assert.doesNotThrow(() =>
    attentionChart({ tokens: tokens.slice(1), weights: rows.slice(1).map((row) => row.slice(1)) })
  );
});

Deno.test("the smooth line starts at the first loss and forgets the past", () => {
  assert.deepEqual([...smoothed([4, 4, 4], 0.9)].map((loss) => +loss.toFixed(12)), [4, 4, 4]);
  assert.deepEqual([...smoothed([4, 1], 0)], [4, 1]);
  const [first, second] = smoothed([4, 1], 0.5);
  assert.equal(first, 4);
  assert.equal(second, 2); // (4 · ¼ + 1 · ½) / ¾
  assert.equal(smoothed([1, NaN], 0.5)[1], 1);
});

Deno.test("projections tell far groups apart and repeat themselves", async () => {
  const groups = Array.from(
    { length: 20 },
    (_, i) => [i % 2 * 9, (i * 7 % 5) / 5, (i * 3 % 4) / 4],
  );
  for (const method of ["pca", "umap"] as const) {
    const points = await project(groups, { method, seed: 3 });
    assert.deepEqual(await project(groups, { method, seed: 3 }), points);
    const mean = (odd: number, axis: number) =>
      points.filter((_, i) => i % 2 === odd).reduce((sum, point) => sum + point[axis] / 10, 0);
    const apart = Math.hypot(mean(0, 0) - mean(1, 0), mean(0, 1) - mean(1, 1));
    const spread = Math.max(
      ...points.map(([x, y], i) => Math.hypot(x - mean(i % 2, 0), y - mean(i % 2, 1))),
    );
    assert.ok(apart > 2 * spread, `${method}: ${apart} against ${spread}`);
  }
  await assert.rejects(project([[1, 2], [1, 2], [1]]), /vector 3 has 1 numbers/);
  await assert.rejects(project([[1, 2], [1, NaN], [1, 3]]), /vector 2 holds NaN/);
});

Deno.test("every colour is seen on white and on near black", () => {
  const light = (hex: string) => {
    const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
      .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a: string, b: string) => {
    const [low, high] = [light(a), light(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };
  for (
    const [colour, least] of [
      [ink, 3.8],
      ...palette.map((each) => [each, 3] as const),
    ] as const
  ) {
    for (const page of ["#ffffff", "#111111", "#1e1e1e"]) {
      assert.ok(contrast(colour, page) > least, `${colour} on ${page}`);
    }
  }
});

Deno.test("Chinese labels get the room that they need", async () => {
  const width = async (label: string) => {
    const svg = await chart([{ label, value: 1 }]).bar().x("value").y({
      field: "label",
      title: null,
    })
      .size(100, 20).svg();
    return Number(/width="(\d+)"/.exec(svg)![1]);
  };
  // 11 pixels a character, and a Latin letter gets 8.8.
  assert.ok(await width("永远同一个回答") - await width("abcdefg") >= 14);
});
