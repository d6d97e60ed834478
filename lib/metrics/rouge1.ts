/**
 * ROUGE-1: how many words written texts share with right ones.
 *
 * @module
 */
import { countNgramMatches } from "./text/count_ngram_matches.ts";
import { type RougeOptions, rougeScore } from "./text/rouge_score.ts";
import type { TextScore } from "./text/text_score.ts";

/**
 * F1 of the words that a text shares with its reference (Lin, 2004), the mean over rows, from 0
 * to 1; of several references the one with the best F1 counts. Equals `rouge1` of PyPI's rouge-score;
 * `rouge1.with({ stemmer: true })` equals it with `use_stemmer=True`.
 *
 * @example
 * ```ts
 * import { rouge1, textPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = textPredictions({
 *   predicted: ["the cat sat on the mat"],
 *   references: ["the cat lay on the mat"],
 * });
 * assert.equal(rouge1.compute(predictions).toFixed(6), (5 / 6).toFixed(6));
 * ```
 */
export const rouge1: TextScore<RougeOptions> = rougeScore({
  name: "rouge1",
  title: "ROUGE-1",
  count: countNgramMatches(1),
});
