/**
 * How many tokens a model of the next token hesitates between.
 *
 * @module
 */
import type { Predictions } from "../nn/predictions.ts";
import { additiveMetric } from "./additive_metric.ts";
import type { Metric } from "./metric.ts";

/**
 * exp of the mean loss over all predicted tokens: of a model that always hesitates between n equally
 * likely tokens it is n. Equals exp of transformers' loss over all rows at once. It compares models
 * with the same tokenizer only. NaN where no row has a token to predict.
 *
 * @example
 * ```ts
 * import { perplexity, predictionsOf } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = predictionsOf({
 *   kind: "language",
 *   labels: ["loss"],
 *   logits: Float32Array.of(0, 3), // the mean loss of each row
 *   truth: [2, 1], // so many tokens were predicted in it
 * });
 * assert.equal(perplexity.compute(predictions), Math.E);
 * ```
 */
export const perplexity: Metric<number, Predictions<"language">> = additiveMetric({
  name: "perplexity",
  kinds: ["language"],
  better: "lower",
  range: [1, Infinity],
  additive: {
    statistics: ({ logits, truth }) => {
      const values = new Float64Array(2 * truth.length);
      truth.forEach((count, row) => values.set([logits[row] * count, count], 2 * row));
      return { size: 2, values };
    },
    scoreOf: ([losses, tokens]) => Math.exp(losses / tokens),
  },
});
