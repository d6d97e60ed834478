import { predictionsOf } from "../../lib/tasks/shared/class_predictions.ts";
import type { ClassKind } from "../../lib/nn/predictions.ts";
import assert from "node:assert/strict";
import { accuracy } from "../../lib/metrics/accuracy.ts";
import { auc } from "../../lib/metrics/auc.ts";
import type { ClassScore } from "../../lib/metrics/class_score.ts";
import { confusionMatrix } from "../../lib/metrics/confusion_matrix.ts";
import { f1 } from "../../lib/metrics/f1.ts";
import { matthews } from "../../lib/metrics/matthews.ts";
import { metricNamesOf } from "../../lib/metrics/mod.ts";
import type { Metric } from "../../lib/metrics/metric.ts";
import { mse } from "../../lib/metrics/mse.ts";
import { pearson } from "../../lib/metrics/pearson.ts";
import { precision } from "../../lib/metrics/precision.ts";
import { recall } from "../../lib/metrics/recall.ts";
import { spearman } from "../../lib/metrics/spearman.ts";

interface Case {
  name: string;
  kind: ClassKind;
  labels: string[];
  logits: number[][];
  truth: number[] | number[][];
  probabilities?: number[][];
  scores: Record<string, unknown>;
}

const tolerance = 1e-9;
const golden: { cases: Case[] } = JSON.parse(
  await Deno.readTextFile(new URL("../golden/metrics.json", import.meta.url)),
);
const averages = (score: ClassScore) => [
  score,
  score.macro,
  score.micro,
  score.weighted,
  score.perClass,
];
// deno-lint-ignore no-explicit-any
const metrics: Metric<unknown, any>[] = [
  accuracy,
  auc,
  auc.perClass,
  confusionMatrix,
  ...[precision, recall, f1].flatMap(averages),
  matthews,
  mse,
  pearson,
  spearman,
];

function predictionsOfCase({ kind, labels, logits, truth }: Case) {
  return predictionsOf({
    kind,
    labels,
    logits: Float32Array.from(logits.flat()),
    truth: truth.flat(),
  });
}

/** Whether two JSON values are equal, numbers within the tolerance. */
function agree(found: unknown, wanted: unknown, where: string) {
  if (typeof wanted === "number" && typeof found === "number") {
    assert.ok(Math.abs(found - wanted) <= tolerance, `${where}: ${found}, but ${wanted} there`);
  } else if (wanted !== null && typeof wanted === "object") {
    assert.ok(found !== null && typeof found === "object", where);
    assert.deepEqual(Object.keys(found), Object.keys(wanted), where);
    for (const [key, value] of Object.entries(wanted)) {
      agree((found as Record<string, unknown>)[key], value, `${where}, ${key}`);
    }
  } else {
    assert.equal(found, wanted, where);
  }
}

/** A sum of shares may pass 1 by its rounding. */
const rounding = 1e-12;

for (const entry of golden.cases) {
  Deno.test(`metrics equal scikit-learn's: ${entry.name}`, () => {
    const predictions = predictionsOfCase(entry);
    const served = metrics.filter((metric) => metric.kinds.includes(entry.kind));
    assert.deepEqual(
      served.map((metric) => metric.name).sort(),
      Object.keys(entry.scores).sort(),
    );
    for (const metric of served) {
      // Through JSON, where an undefined value is null.
      const found = JSON.parse(JSON.stringify(metric.compute(predictions)));
      agree(found, entry.scores[metric.name], metric.name);
      if (typeof found !== "number") continue;
      const [least, most] = metric.range ?? [];
      assert.ok(found >= least! - rounding && found <= most! + rounding, `${metric.name} ${found}`);
    }
  });
}

Deno.test("probabilities are the float32 of the exact ones", () => {
  for (const { name, probabilities, ...rest } of golden.cases) {
    if (!probabilities) continue;
    const found = predictionsOfCase({ name, ...rest }).probabilities;
    probabilities.flat().forEach((wanted, i) => {
      assert.ok(Math.abs(found[i] - wanted) <= 2 ** -24 * wanted + 1e-45, `${name}: ${wanted}`);
    });
  }
});

Deno.test("an error names the metrics that score a kind", () => {
  for (const kind of ["single", "multi", "regression"] as const) {
    const served = metrics.filter((metric) => metric.kinds.includes(kind))
      .map((metric) => metric.name).filter((name) => !name.includes("."));
    // tests/metrics/masks_test.ts
    const more = kind === "single" ? ["top5Accuracy", "topKAccuracy"] : [];
    assert.deepEqual(metricNamesOf(kind).sort(), [...served, ...more].sort());
    const predictions = predictionsOfCase(golden.cases.find((one) => one.kind === kind)!);
    for (const metric of metrics.filter((metric) => !metric.kinds.includes(kind))) {
      assert.throws(
        () => metric.compute(predictions),
        (error: Error) =>
          error.message.includes(metric.name) &&
          metric.kinds.every((each) => error.message.includes(`"${each}"`)),
      );
    }
  }
});
