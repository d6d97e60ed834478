/**
 * The mean of what several models say.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { list, type Rules } from "../../core/option_rules.ts";
import type { ClassKind, Predictions } from "../../nn/predictions.ts";
import { predictionsOf } from "../../tasks/shared/class_predictions.ts";
import { checkSameRows, type CombinedPredictions, sharesOf } from "./same_rows.ts";

/** How models count. */
export interface EnsembleOptions {
  /** The weight of each model: all alike unless given. */
  readonly weights?: readonly number[];
}

/** What both ways of combining take. */
export const ensembleRules: Rules<EnsembleOptions> = { weights: list };

/** Probabilities are kept above this, so that their logarithm is a number. */
const leastProbability = 1e-12;

/**
 * The mean of several models' probabilities, of a regression of their values: predictions like those of one
 * model, which every metric scores. Equal to scikit-learn's `VotingClassifier(voting="soft")`.
 *
 * @param all what each model said about the same rows, `result.predictions`
 * @throws {TunebookError} of kind `input` for predictions of other rows or labels, and weights that make no
 *   sense.
 *
 * @example
 * ```ts
 * import { accuracy, averagePredictions, predictionsOf } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const say = (...logits: number[]) =>
 *   predictionsOf({
 *     kind: "single",
 *     labels: ["bad", "good"],
 *     logits: Float32Array.from(logits), // [2 rows × 2 labels]
 *     truth: [0, 1],
 *   });
 * const both = averagePredictions([say(0, 1, 0, 4), say(3, 0, 1, 0)]); // each is wrong once
 * assert.equal(accuracy.compute(both), 1);
 * ```
 */
export function averagePredictions<Kind extends CombinedPredictions["kind"]>(
  all: readonly Predictions<Kind>[],
  options: EnsembleOptions = {},
): Predictions<Kind> {
  checkOptions("averagePredictions", options, ensembleRules);
  checkSameRows("averagePredictions", all as readonly CombinedPredictions[]);
  const shares = sharesOf("averagePredictions", all.length, options.weights);
  const mean = new Float64Array(all[0].probabilities.length);
  all.forEach(({ probabilities }, model) => {
    for (let at = 0; at < mean.length; at++) mean[at] += shares[model] * probabilities[at];
  });
  return withProbabilities(all[0], mean);
}

/** The predictions of a model with other probabilities, of a regression with other values. */
export function withProbabilities<Kind extends ClassKind>(
  { kind, labels, truth }: Predictions<Kind>,
  probabilities: ArrayLike<number>,
): Predictions<Kind> {
  const bounded = (value: number) => Math.max(value, leastProbability);
  const logitOf = kind === "single"
    ? (value: number) => Math.log(bounded(value))
    : kind === "multi"
    ? (value: number) => Math.log(bounded(value)) - Math.log(bounded(1 - value))
    : (value: number) => value;
  const logits = Float32Array.from(probabilities, logitOf);
  return predictionsOf({ kind, labels, logits, truth: Array.from(truth) });
}
