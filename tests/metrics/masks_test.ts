import assert from "node:assert/strict";
import { accuracy } from "../../lib/metrics/accuracy.ts";
import { boundaryF1 } from "../../lib/metrics/boundary_f1.ts";
import { dice } from "../../lib/metrics/dice.ts";
import { meanIou } from "../../lib/metrics/mean_iou.ts";
import { pixelAccuracy } from "../../lib/metrics/pixel_accuracy.ts";
import { top5Accuracy, topKAccuracy } from "../../lib/metrics/top_k_accuracy.ts";
import { type MaskPredictions, maskPredictions } from "../../lib/nn/mask_predictions.ts";
import { predictionsOf } from "../../lib/tasks/shared/class_predictions.ts";
import { isMistake } from "../is_mistake.ts";

interface Case {
  name: string;
  classes: number;
  truth: number[][][];
  predicted: number[][][];
  accuracy: number;
  meanIou: (number | null)[];
  dice: (number | null)[];
  pixelAccuracy: (number | null)[];
  boundaryF1: (number | null)[];
}

const golden: {
  masks: Case[];
  topK: { logits: number[][]; truth: number[]; scores: Record<string, number> };
} = JSON.parse(await Deno.readTextFile(new URL("../golden/masks.json", import.meta.url)));

/** Sums in another order. */
const tolerance = 1e-9;

const maskOf = (rows: number[][]) => ({
  width: rows[0].length,
  height: rows.length,
  data: Uint8Array.from(rows.flat()),
});

function maskCase({ classes, truth, predicted }: Case): MaskPredictions {
  return maskPredictions({
    labels: Array.from({ length: classes }, (_, label) => `class ${label}`),
    truth: truth.map(maskOf),
    predicted: predicted.map(maskOf),
  });
}

function assertNear(found: number, wanted: number | null, what: string): void {
  if (wanted === null) assert.ok(Number.isNaN(found), `${what}: ${found} is defined`);
  else assert.ok(Math.abs(found - wanted) <= tolerance, `${what}: ${found}, but ${wanted} there`);
}

const meanOf = (values: (number | null)[]) => {
  const defined = values.filter((value) => value !== null);
  return defined.reduce((sum, value) => sum + value, 0) / defined.length;
};

for (const entry of golden.masks) {
  Deno.test(`scores of masks equal scikit-learn's and SciPy's: ${entry.name}`, () => {
    const predictions = maskCase(entry);
    for (const score of [meanIou, dice, pixelAccuracy, boundaryF1]) {
      const wanted = entry[score.name as "dice"];
      Object.values(score.perClass.compute(predictions))
        .forEach((value, label) => assertNear(value, wanted[label], `${score.name} of ${label}`));
      const whole = score === pixelAccuracy ? pixelAccuracy.macro : score;
      assertNear(whole.compute(predictions), meanOf(wanted), score.name);
    }
    assertNear(pixelAccuracy.compute(predictions), entry.accuracy, "accuracy");
  });
}

Deno.test("masks that are drawn twice count twice", () => {
  const predictions = maskCase(golden.masks[0]);
  const rows = [2, 0, 0];
  const drawn = predictions.select!(rows) as MaskPredictions;
  for (const score of [meanIou, dice, pixelAccuracy, boundaryF1]) {
    const { statistics, scoreOf } = score.additive!;
    const { size, values } = statistics(predictions);
    const sums = new Float64Array(size);
    for (const row of rows) for (let k = 0; k < size; k++) sums[k] += values[row * size + k];
    assertNear(score.compute(drawn), scoreOf(sums), score.name);
  }
});

Deno.test("pixels that do not count change nothing", () => {
  const mask = (...data: number[]) => ({ width: 4, height: 1, data: Int32Array.from(data) });
  const of = (...predicted: number[]) =>
    maskPredictions({
      labels: ["a", "b"],
      truth: [mask(0, 0, 1, -1)],
      predicted: [mask(...predicted)],
      ignoredIndex: -1,
    });
  for (const score of [meanIou, dice, pixelAccuracy, boundaryF1]) {
    assert.equal(score.compute(of(0, 0, 1, 0)), 1, score.name);
    assert.equal(score.compute(of(0, 0, 1, 1)), 1, score.name);
    assert.ok(score.compute(of(1, 0, 0, 1)) < 1, score.name);
  }
  const nothing = maskPredictions({
    labels: ["a"],
    truth: [{ width: 1, height: 1, data: Uint8Array.of(255) }],
    predicted: [{ width: 1, height: 1, data: Uint8Array.of(0) }],
  });
  for (const score of [meanIou, dice, pixelAccuracy, boundaryF1]) {
    assert.ok(Number.isNaN(score.compute(nothing)), score.name);
  }
});

Deno.test("masks that cannot be scored are one error", () => {
  const labels = ["a", "b"];
  const mask = (width: number, ...data: number[]) => ({
    width,
    height: 1,
    data: Uint8Array.from(data),
  });
  assert.throws(
    () =>
      maskPredictions({
        labels,
        truth: [mask(2, 0, 2), mask(2, 0, 1), mask(3, 0, 1)],
        predicted: [mask(2, 0, 255), mask(1, 0), mask(3, 0, 1, 1)],
      }),
    isMistake(
      "data",
      "row 1: its true mask has the class 2 at column 1, row 0; there are 2 classes",
      "row 1: its predicted mask has the class 255",
      "row 2: 2 × 1 pixels are true, 1 × 1 predicted",
      "row 3: its true mask has 2 numbers for 3 × 1 pixels",
    ),
  );
  assert.throws(
    () => maskPredictions({ labels, truth: [], predicted: [], ignoredIndex: 1 }),
    isMistake("data", "no rows"),
  );
  assert.throws(
    () =>
      maskPredictions({ labels, truth: [mask(1, 0)], predicted: [mask(1, 0)], ignoredIndex: 1 }),
    isMistake("input", 'is the class "b"'),
  );
});

Deno.test("top-k accuracy equals scikit-learn's, and with k = 1 accuracy", () => {
  const { logits, truth, scores } = golden.topK;
  const predictions = predictionsOf({
    kind: "single",
    labels: logits[0].map((_, label) => `class ${label}`),
    logits: Float32Array.from(logits.flat()),
    truth,
  });
  for (const [k, wanted] of Object.entries(scores)) {
    assertNear(topKAccuracy.with({ k: Number(k) }).compute(predictions), wanted, `k = ${k}`);
  }
  assertNear(top5Accuracy.compute(predictions), scores["5"], "top 5");
  assertNear(topKAccuracy.compute(predictions), scores["5"], "k unsaid");
  const tied = predictionsOf({
    kind: "single",
    labels: ["a", "b", "c"],
    logits: Float32Array.of(1, 1, 1, 0, 2, 2),
    truth: [0, 2],
  });
  assert.equal(topKAccuracy.with({ k: 1 }).compute(tied), accuracy.compute(tied));
  assert.equal(topKAccuracy.with({ k: 3 }).name, "topKAccuracy?k=3");
});
