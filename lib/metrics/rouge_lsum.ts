/**
 * ROUGE-Lsum: ROUGE-L of summaries whose sentences stand in any order.
 *
 * @module
 */
import { commonPositions } from "./text/common_subsequence.ts";
import { type RougeOptions, rougeScore } from "./text/rouge_score.ts";
import type { TextScore } from "./text/text_score.ts";

/**
 * F1 of the words of each sentence of the reference that a sentence of the text has in the same order
 * (Lin, 2004, section 3.2), the mean over rows, from 0 to 1; of several references the one with the best
 * F1 counts. Each line is a sentence. Equals `rougeLsum` of PyPI's rouge-score;
 * `rougeLsum.with({ stemmer: true })` equals it with `use_stemmer=True`.
 *
 * @example
 * ```ts
 * import { rougeL, rougeLsum, textPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = textPredictions({
 *   predicted: ["It rains.\nThe cat sleeps."],
 *   references: ["The cat sleeps.\nIt rains."],
 * });
 * assert.equal(rougeLsum.compute(predictions), 1);
 * assert.equal(rougeL.compute(predictions), 0.6);
 * ```
 */
export const rougeLsum: TextScore<RougeOptions> = rougeScore({
  name: "rougeLsum",
  title: "ROUGE-Lsum",
  count(text, reference, tokensOf) {
    const sentences = (whole: string) => whole.split("\n").map(tokensOf);
    const [written, right] = [sentences(text), sentences(reference)];
    const [writtenLeft, rightLeft] = [countWords(written), countWords(right)];
    let matches = 0;
    for (const sentence of right) {
      const found = new Set(written.flatMap((each) => commonPositions(sentence, each)));
      // No word counts more often than it occurs in both texts.
      for (const word of [...found].sort((a, b) => a - b).map((at) => sentence[at])) {
        const [one, other] = [writtenLeft.get(word) ?? 0, rightLeft.get(word) ?? 0];
        if (one === 0 || other === 0) continue;
        matches++;
        writtenLeft.set(word, one - 1);
        rightLeft.set(word, other - 1);
      }
    }
    return { matches, written: written.flat().length, right: right.flat().length };
  },
});

function countWords(sentences: readonly (readonly string[])[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of sentences.flat()) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}
