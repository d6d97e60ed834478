/**
 * Exact match: which share of the answers is right to the word.
 *
 * @module
 */
import { type AnswerScore, answerScore, exactComparison } from "./answer_score.ts";

/**
 * The share of questions whose answer equals a right one, case, punctuation, articles and spaces
 * aside; a question that has no answer wants none. `exactMatch.answerable` and
 * `exactMatch.unanswerable` are metrics too. Equals `exact`, `HasAns_exact` and `NoAns_exact` of the
 * evaluation script of SQuAD 2.0 (Rajpurkar et al., arXiv 1806.03822), from 0 to 1 where the script
 * says 0 to 100.
 *
 * @example
 * ```ts
 * import { exactMatch } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = {
 *   kind: "answers",
 *   rows: 2,
 *   truth: [["the Seine", "Seine"], []], // the second question has no answer
 *   predicted: ["Seine.", "in 1889"],
 *   best: ["Seine.", "in 1889"],
 *   nullDifferences: Float64Array.of(-3, -1),
 * } as const;
 * assert.equal(exactMatch.compute(predictions), 0.5);
 * assert.equal(exactMatch.answerable.compute(predictions), 1);
 * ```
 */
export const exactMatch: AnswerScore = answerScore("exactMatch", exactComparison);
