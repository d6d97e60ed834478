/**
 * ROUGE-2: how many pairs of words written texts share with right ones.
 *
 * @module
 */
import { countNgramMatches } from "./text/count_ngram_matches.ts";
import { type RougeOptions, rougeScore } from "./text/rouge_score.ts";
import type { TextScore } from "./text/text_score.ts";

/**
 * F1 of the pairs of neighbouring words that a text shares with its reference (Lin, 2004), the mean over rows, from 0
 * to 1; of several references the one with the best F1 counts. Equals `rouge2` of PyPI's rouge-score;
 * `rouge2.with({ stemmer: true })` equals it with `use_stemmer=True`.
 *
 * @example
 * ```ts
 * import { rouge2, textPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = textPredictions({
 *   predicted: ["the cat sat on the mat"],
 *   references: ["the cat lay on the mat"],
 * });
 * assert.equal(rouge2.compute(predictions).toFixed(6), (3 / 5).toFixed(6));
 * ```
 */
export const rouge2: TextScore<RougeOptions> = rougeScore({
  name: "rouge2",
  title: "ROUGE-2",
  count: countNgramMatches(2),
});
