/**
 * F1 of answers: how many words they share with the right ones.
 *
 * @module
 */
import { type AnswerScore, answerScore, wordComparison } from "./answer_score.ts";

/**
 * The mean F1 of the words of each answer and of the right answer that is nearest to it, case,
 * punctuation, articles and spaces aside; a question that has no answer wants none.
 * `answerF1.answerable` and `answerF1.unanswerable` are metrics too. Equals `f1`, `HasAns_f1` and
 * `NoAns_f1` of the evaluation script of SQuAD 2.0 (Rajpurkar et al., arXiv 1806.03822), from 0 to 1
 * where the script says 0 to 100. The script of SQuAD 1.1 differs only for right answers that are
 * nothing but articles or punctuation.
 *
 * @example
 * ```ts
 * import { answerF1 } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = {
 *   kind: "answers",
 *   rows: 1,
 *   truth: [["in the city of Paris"]],
 *   predicted: ["city of Paris"],
 *   best: ["city of Paris"],
 *   nullDifferences: Float64Array.of(-3),
 * } as const;
 * assert.equal(answerF1.compute(predictions), 6 / 7); // precision 1, recall 3 of 4
 * ```
 */
export const answerF1: AnswerScore = answerScore("answerF1", wordComparison);
