/**
 * From which score on no answer is the better answer.
 *
 * @module
 */
import type { AnswerPredictions } from "../nn/answer_predictions.ts";
import {
  type AnswerComparison,
  exactComparison,
  rowScore,
  wordComparison,
} from "./answer_score.ts";
import { type Metric, metric } from "./metric.ts";

/** A score, and the threshold that reaches it. */
export interface ThresholdScore {
  /** From 0 to 1. */
  readonly score: number;
  /**
   * What to give as `nullThreshold`: a question is answered where the score of no answer is at most
   * so much above that of the best text. −∞ (null in JSON) where it is best to answer none.
   */
  readonly threshold: number;
}

/** The best that any threshold reaches. */
export interface NullThresholds {
  readonly exactMatch: ThresholdScore;
  readonly answerF1: ThresholdScore;
}

/**
 * The best exact match and F1 that a `nullThreshold` reaches on these rows, and which one it is; the
 * lowest of several. Equals `best_exact` and `best_f1` of the evaluation script of SQuAD 2.0, from 0
 * to 1. Choose it on validation rows and not on those that are scored.
 *
 * @example
 * ```ts
 * import { bestNullThreshold } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = {
 *   kind: "answers",
 *   rows: 3,
 *   truth: [["Seine"], ["1889"], []],
 *   predicted: ["", "1889", ""], // with the threshold 0
 *   best: ["Seine", "1889", "Paris"],
 *   nullDifferences: Float64Array.of(0.5, -2, 3),
 * } as const;
 * const { exactMatch } = bestNullThreshold.compute(predictions);
 * assert.deepEqual(exactMatch, { score: 1, threshold: 0.5 });
 * ```
 */
export const bestNullThreshold: Metric<NullThresholds, AnswerPredictions> = metric({
  name: "bestNullThreshold",
  kinds: ["answers"],
  better: "higher",
  isTable: true,
  compute: (predictions: AnswerPredictions): NullThresholds => ({
    exactMatch: search(predictions, exactComparison),
    answerF1: search(predictions, wordComparison),
  }),
});

/** Answers one question more at a time, those first that the model is surest of. */
function search(
  { rows, truth, best, nullDifferences }: AnswerPredictions,
  compare: AnswerComparison,
): ThresholdScore {
  const order = Array.from({ length: rows }, (_, row) => row).sort((a, b) => {
    const [left, right] = [nullDifferences[a], nullDifferences[b]];
    return left === right ? 0 : left < right ? -1 : 1; // a difference of infinities is no number
  });
  let sum = truth.filter((answers) => answers.length === 0).length;
  let found = { score: sum, threshold: -Infinity };
  order.forEach((row, at) => {
    if (truth[row].length > 0) sum += rowScore(compare, truth[row], best[row]);
    else if (best[row] !== "") sum--;
    // Rows with the same difference are answered together.
    const isLast = nullDifferences[order[at + 1]] !== nullDifferences[row];
    if (isLast && sum > found.score) found = { score: sum, threshold: nullDifferences[row] };
  });
  return { score: found.score / rows, threshold: found.threshold };
}
