/**
 * Which share of the words has the right tag, or which share of the next tokens is the most likely one.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import type { Predictions } from "../nn/predictions.ts";
import type { TagPredictions } from "../nn/tag_predictions.ts";
import { type Metric, metric } from "./metric.ts";

/**
 * The share of words with the right tag, whatever their row. Equals seqeval's `accuracy_score`. A word
 * that the model could not read counts as wrong. NaN where no row has a word. Of a language model it is
 * the share of the learned tokens that the model finds the most likely ones, TRL's
 * `mean_token_accuracy` over all rows at once.
 *
 * @example
 * ```ts
 * import { tokenAccuracy } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = {
 *   kind: "tags",
 *   rows: 1,
 *   labels: ["O", "B-PER", "I-PER"],
 *   scheme: "BIO",
 *   truth: [Int32Array.of(1, 2, 0, 1)], // two people
 *   predicted: [Int32Array.of(1, 2, 0, 0)], // finds one of them
 * } as const;
 * assert.equal(tokenAccuracy.compute(predictions), 3 / 4);
 * ```
 */
export const tokenAccuracy: Metric<number, TagPredictions | Predictions<"language">> = metric<
  number,
  TagPredictions | Predictions<"language">
>({
  name: "tokenAccuracy",
  kinds: ["tags", "language"],
  better: "higher",
  range: [0, 1],
  compute(predictions) {
    if (predictions.kind === "language") return shareOfTokens(predictions);
    const { truth, predicted } = predictions;
    let [right, words] = [0, 0];
    for (const [row, tags] of truth.entries()) {
      words += tags.length;
      tags.forEach((tag, at) => right += tag === predicted[row][at] ? 1 : 0);
    }
    return right / words;
  },
});

function shareOfTokens({ correct, truth }: Predictions<"language">): number {
  if (!correct) {
    throw new TunebookError("input", "these predictions do not say how many tokens are right");
  }
  const sum = (list: ArrayLike<number>) => Array.from(list).reduce((a, b) => a + b, 0);
  return sum(correct) / sum(truth);
}
