/**
 * How unsure several models are, and of what kind their doubt is.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { Predictions } from "../../nn/predictions.ts";
import { checkSameRows, type CombinedPredictions } from "./same_rows.ts";

/** The doubt about one row, in nats. */
export interface RowUncertainty {
  /** The entropy of the mean of the models' probabilities: all doubt. */
  readonly entropy: number;
  /** The mean entropy of the models: the row itself is ambiguous. */
  readonly expectedEntropy: number;
  /** The difference of the two: the models disagree, which more data would mend. */
  readonly mutualInformation: number;
}

/**
 * How unsure an ensemble is about each row, and how much of it comes from the models' disagreement (Depeweg et
 * al. 2018; BALD's score, Houlsby et al. 2011). Of many labels a row the doubts about them are added up.
 *
 * @param all what each model said about the same rows; two or more
 * @throws {TunebookError} of kind `input` for predictions of other rows or labels, or of numbers.
 *
 * @example
 * ```ts
 * import { predictionsOf, uncertaintyOf } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const say = (...logits: number[]) =>
 *   predictionsOf({
 *     kind: "single",
 *     labels: ["bad", "good"],
 *     logits: Float32Array.from(logits), // [2 rows × 2 labels]
 *     truth: [0, 1],
 *   });
 * // Both doubt the first row; of the second they are sure, each of another label.
 * const [doubted, disputed] = uncertaintyOf([say(0, 0, 0, 9), say(0, 0, 9, 0)]);
 * assert.ok(doubted.mutualInformation < 1e-6 && disputed.mutualInformation > 0.6);
 * ```
 */
export function uncertaintyOf(all: readonly Predictions<"single" | "multi">[]): RowUncertainty[] {
  checkSameRows("uncertaintyOf", all as readonly CombinedPredictions[]);
  const [{ kind, rows, labels: { length: outputs } }] = all;
  if ((kind as string) === "regression") {
    throw new TunebookError("input", "uncertaintyOf is of labels; numbers have no entropy");
  }
  const entropyOf = kind === "single" ? entropy : binaryEntropy;
  return Array.from({ length: rows }, (_, row) => {
    const said = all.map(({ probabilities }) =>
      Array.from(probabilities.subarray(row * outputs, (row + 1) * outputs))
    );
    const mean = said[0].map((_, at) =>
      said.reduce((sum, each) => sum + each[at], 0) / said.length
    );
    const whole = entropyOf(mean);
    const expectedEntropy = said.reduce((sum, each) => sum + entropyOf(each), 0) / said.length;
    return {
      entropy: whole,
      expectedEntropy,
      // Rounding may leave it a little below 0.
      mutualInformation: Math.max(0, whole - expectedEntropy),
    };
  });
}

function entropy(probabilities: readonly number[]): number {
  return probabilities.reduce((sum, each) => each > 0 ? sum - each * Math.log(each) : sum, 0);
}

function binaryEntropy(probabilities: readonly number[]): number {
  return probabilities.reduce((sum, each) => sum + entropy([each, 1 - each]), 0);
}
