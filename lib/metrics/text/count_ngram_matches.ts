/**
 * The counts of ROUGE-N.
 *
 * @module
 */
import { countAll, countCommon, countNgrams } from "./ngrams.ts";
import type { CountRouge } from "./rouge_score.ts";

/** Counts n-grams, each as often as in both texts. */
export function countNgramMatches(n: number): CountRouge {
  return (text, reference, tokensOf) => {
    const written = countNgrams(tokensOf(text), n);
    const right = countNgrams(tokensOf(reference), n);
    return {
      matches: countCommon(written, right),
      written: countAll(written),
      right: countAll(right),
    };
  };
}
