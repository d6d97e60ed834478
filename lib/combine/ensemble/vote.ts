/**
 * The votes of several models.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { TunebookError } from "../../core/errors.ts";
import type { Predictions } from "../../nn/predictions.ts";
import { type EnsembleOptions, ensembleRules, withProbabilities } from "./average_predictions.ts";
import { checkSameRows, type CombinedPredictions, sharesOf } from "./same_rows.ts";

/** So little do probabilities count beside a vote that they only break ties. */
const tieBreak = 1e-6;

/**
 * The label that most models give, by their weights; of as many votes the one with the higher mean
 * probability. The probabilities are the shares of the votes. As scikit-learn's
 * `VotingClassifier(voting="hard")`, which takes the first label of a tie.
 *
 * @param all what each model said about the same rows, `result.predictions`
 * @throws {TunebookError} of kind `input` for predictions of other rows or labels, of numbers, and weights that
 *   make no sense.
 *
 * @example
 * ```ts
 * import { predictionsOf, votePredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const say = (...logits: number[]) =>
 *   predictionsOf({ kind: "single", labels: ["bad", "good"], logits: Float32Array.from(logits), truth: [1] });
 * const most = votePredictions([say(0, 1), say(0, 1), say(9, 0)]);
 * assert.deepEqual([...most.predicted], [1]);
 * ```
 */
export function votePredictions<Kind extends "single" | "multi">(
  all: readonly Predictions<Kind>[],
  options: EnsembleOptions = {},
): Predictions<Kind> {
  checkOptions("votePredictions", options, ensembleRules);
  checkSameRows("votePredictions", all as readonly CombinedPredictions[]);
  const [{ kind, labels }] = all;
  if ((kind as string) === "regression") {
    throw new TunebookError("input", "numbers have no votes; take averagePredictions");
  }
  const shares = sharesOf("votePredictions", all.length, options.weights);
  const outputs = labels.length;
  const votes = new Float64Array(all[0].probabilities.length);
  all.forEach(({ predicted, probabilities }, model) => {
    for (let at = 0; at < votes.length; at++) {
      const isGiven = kind === "single"
        ? predicted[Math.floor(at / outputs)] === at % outputs
        : predicted[at] === 1;
      votes[at] += shares[model] *
        ((isGiven ? 1 : 0) * (1 - tieBreak) + tieBreak * probabilities[at]);
    }
  });
  return withProbabilities(all[0], votes);
}
