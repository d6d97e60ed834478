/**
 * Which share of the words has the right tag.
 *
 * @module
 */
import type { TagPredictions } from "../nn/tag_predictions.ts";
import { type Metric, metric } from "./metric.ts";

/**
 * The share of words with the right tag, whatever their row. Equals seqeval's `accuracy_score`. A word
 * that the model could not read counts as wrong. NaN where no row has a word.
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
export const tokenAccuracy: Metric<number, TagPredictions> = metric<number, TagPredictions>({
  name: "tokenAccuracy",
  kinds: ["tags"],
  better: "higher",
  range: [0, 1],
  compute({ truth, predicted }) {
    let [right, words] = [0, 0];
    for (const [row, tags] of truth.entries()) {
      words += tags.length;
      tags.forEach((tag, at) => right += tag === predicted[row][at] ? 1 : 0);
    }
    return right / words;
  },
});
