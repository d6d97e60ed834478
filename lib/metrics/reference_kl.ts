/**
 * How far a model has moved from what it was before its training.
 *
 * @module
 */
import type { PreferencePredictions } from "../nn/preference_predictions.ts";
import { type Metric, metric } from "./metric.ts";

/**
 * An estimate of the divergence from the model before the training, in nats for each token of the judged answers: the
 * mean of exp(d) − 1 − d, where d is log p before the training less log p now (Schulman, "Approximating KL divergence", 2020). It
 * is 0 for the same model and never negative. The answers are those of the rows, not the model's own. NaN where there is no
 * reference by token.
 *
 * @example
 * ```ts
 * import { preferencePredictions, referenceKl } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const answers = {
 *   rowOf: Int32Array.of(0),
 *   rewards: Float64Array.of(0),
 *   logProbabilities: Float64Array.of(-3),
 *   tokens: Int32Array.of(2),
 *   divergences: Float64Array.of(0.5),
 * };
 * const given = { rows: 1, chosen: answers, rejected: answers, isPaired: true };
 * assert.equal(referenceKl.compute(preferencePredictions(given)), 0.25);
 * ```
 */
export const referenceKl: Metric<number, PreferencePredictions> = metric({
  name: "referenceKl",
  kinds: ["preference"],
  better: "lower",
  compute({ chosen, rejected }) {
    const answers = [chosen, rejected];
    const sum = (lists: (ArrayLike<number> | undefined)[]) =>
      lists.reduce((all, list) => all + Array.from(list ?? [NaN]).reduce((a, b) => a + b, 0), 0);
    return sum(answers.map(({ divergences }) => divergences)) /
      sum(answers.map(({ tokens }) => tokens));
  },
});
