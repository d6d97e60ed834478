/**
 * ROUGE-L: how many words written texts share with right ones in the same order.
 *
 * @module
 */
import { commonLength } from "./text/common_subsequence.ts";
import { type RougeOptions, rougeScore } from "./text/rouge_score.ts";
import type { TextScore } from "./text/text_score.ts";

/**
 * F1 of the longest common subsequence of words of a text and its reference (Lin, 2004), the mean over
 * rows, from 0 to 1; of several references the one with the best F1 counts. Equals `rougeL` of PyPI's
 * rouge-score; `rougeL.with({ stemmer: true })` equals it with `use_stemmer=True`.
 *
 * @example
 * ```ts
 * import { rougeL, textPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = textPredictions({
 *   predicted: ["我在巴黎看塔"],
 *   references: ["我在巴黎看到塔"],
 * });
 * // 6 characters of 6 and of 7
 * const score = rougeL.with({ tokenizer: "unicode" }).compute(predictions);
 * assert.equal(score.toFixed(6), (12 / 13).toFixed(6));
 * ```
 */
export const rougeL: TextScore<RougeOptions> = rougeScore({
  name: "rougeL",
  title: "ROUGE-L",
  count(text, reference, tokensOf) {
    const [written, right] = [tokensOf(text), tokensOf(reference)];
    return {
      matches: commonLength(right, written),
      written: written.length,
      right: right.length,
    };
  },
});
