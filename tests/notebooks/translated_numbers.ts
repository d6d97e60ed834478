/**
 * The numbers of translations whose models or languages are others than the original's.
 *
 * @module
 */
import type { Expectation } from "./expectations.ts";

/** By file name without `.ipynb`. */
export const translatedNumbers: Readonly<Record<string, Expectation["numbers"]>> = {
  "zh/08_language_model": [
    { pattern: /训练前 perplexity ([\d.]+)/, atLeast: 84, atMost: 95 },
    { pattern: /训练后 perplexity ([\d.]+)/, atLeast: 70, atMost: 84 },
  ],
  "zh/09_translation": [
    { pattern: /训练前 chrF ([\d.]+)/, atLeast: 3, atMost: 8 },
    { pattern: /训练后 chrF ([\d.]+)/, atLeast: 9, atMost: 20 },
    { pattern: /贪心 chrF ([\d.]+)/, atLeast: 8, atMost: 20 },
    { pattern: /束搜索 chrF ([\d.]+)/, atLeast: 8, atMost: 20 },
  ],
};
