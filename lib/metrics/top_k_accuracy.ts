/**
 * Top-k accuracy: how often the right class is among the likeliest ones.
 *
 * @module
 */
import { type Rules, whole } from "../core/option_rules.ts";
import type { Predictions } from "../nn/predictions.ts";
import { additiveMetric } from "./additive_metric.ts";
import type { Metric } from "./metric.ts";
import { type TextScore, textScore } from "./text/text_score.ts";

/** Settings of `topKAccuracy`. */
export interface TopKAccuracyOptions {
  /** How many classes are looked at; 5 unless given. */
  readonly k?: number;
}

const rules: Rules<TopKAccuracyOptions> = { k: whole };
const five = 5;

/**
 * The share of rows whose class is among the k with the highest logits; of equal logits the earlier
 * class comes first, so that k = 1 is `accuracy`. Equals scikit-learn's `top_k_accuracy_score` where no
 * logits are equal.
 *
 * @example
 * ```ts
 * import { predictionsOf, topKAccuracy } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = predictionsOf({
 *   kind: "single",
 *   labels: ["cat", "dog", "fox"],
 *   logits: Float32Array.of(3, 2, 1),
 *   truth: [1],
 * });
 * assert.equal(topKAccuracy.with({ k: 2 }).compute(predictions), 1);
 * assert.equal(topKAccuracy.with({ k: 1 }).compute(predictions), 0);
 * ```
 */
export const topKAccuracy: TextScore<TopKAccuracyOptions, Predictions<"single">> = textScore({
  name: "topKAccuracy",
  rules,
  defaults: { k: five },
  make: (name, { k = five }) => topAccuracy(name, k),
});

/**
 * The share of rows whose class is among the five likeliest ones: `topKAccuracy` with k = 5, as it is
 * told of classifiers of images.
 *
 * @example
 * ```ts
 * import { predictionsOf, top5Accuracy } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = predictionsOf({
 *   kind: "single",
 *   labels: ["a", "b", "c", "d", "e", "f"],
 *   logits: Float32Array.of(6, 5, 4, 3, 2, 1, 6, 5, 4, 3, 2, 1),
 *   truth: [4, 5],
 * });
 * assert.equal(top5Accuracy.compute(predictions), 0.5);
 * ```
 */
export const top5Accuracy: Metric<number, Predictions<"single">> = topAccuracy(
  "top5Accuracy",
  five,
);

function topAccuracy(name: string, k: number): Metric<number, Predictions<"single">> {
  return additiveMetric<Predictions<"single">>({
    name,
    title: `top-${k} accuracy`,
    kinds: ["single"],
    better: "higher",
    range: [0, 1],
    additive: {
      statistics({ rows, labels, logits, truth }) {
        const classes = labels.length;
        const values = new Float64Array(2 * rows);
        for (let row = 0; row < rows; row++) {
          const own = logits.subarray(row * classes, (row + 1) * classes);
          const right = truth[row];
          let before = 0;
          own.forEach((logit, label) => {
            if (logit > own[right] || (logit === own[right] && label < right)) before++;
          });
          values.set([before < k ? 1 : 0, 1], 2 * row);
        }
        return { size: 2, values };
      },
      scoreOf: ([right, rows]) => right / rows,
    },
  });
}
