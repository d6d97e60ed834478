/**
 * Which share of the words has the right tag, or which share of the next tokens is the most likely one.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import type { Predictions } from "../nn/predictions.ts";
import type { TagPredictions } from "../nn/tag_predictions.ts";
import { additiveMetric } from "./additive_metric.ts";
import type { Metric, RowStatistics } from "./metric.ts";

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
export const tokenAccuracy: Metric<number, TagPredictions | Predictions<"language">> =
  additiveMetric<
    TagPredictions | Predictions<"language">
  >({
    name: "tokenAccuracy",
    kinds: ["tags", "language"],
    better: "higher",
    range: [0, 1],
    additive: {
      statistics: (predictions) =>
        predictions.kind === "language" ? rightTokens(predictions) : rightTags(predictions),
      scoreOf: ([right, words]) => right / words,
    },
  });

/** How many tags of each row are right, of how many. */
function rightTags({ truth, predicted }: TagPredictions): RowStatistics {
  const values = new Float64Array(2 * truth.length);
  for (const [row, tags] of truth.entries()) {
    const right = tags.filter((tag, at) => tag === predicted[row][at]).length;
    values.set([right, tags.length], 2 * row);
  }
  return { size: 2, values };
}

/** How many tokens of each row are the most likely ones, of how many. */
function rightTokens({ correct, truth }: Predictions<"language">): RowStatistics {
  if (!correct) {
    throw new TunebookError("input", "these predictions do not say how many tokens are right");
  }
  const values = new Float64Array(2 * truth.length);
  truth.forEach((count, row) => values.set([correct[row], count], 2 * row));
  return { size: 2, values };
}
