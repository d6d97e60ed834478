/**
 * chrF: how many character n-grams written texts share with right ones.
 *
 * @module
 */
import { positive, type Rules, whole, wholeFrom0, yesOrNo } from "../core/option_rules.ts";
import type { TextPredictions } from "../nn/text_predictions.ts";
import { additiveMetric } from "./additive_metric.ts";
import type { Metric, RowStatistics } from "./metric.ts";
import { chrfScoreOf, type ChrfSettings, chrfStatistics } from "./text/chrf_counts.ts";
import { requireReferences, signatureOf, type TextScore, textScore } from "./text/text_score.ts";

/** The settings of chrF; sacreBLEU's name of each is in brackets. */
export interface ChrfOptions {
  /** The longest n-grams of characters (`char_order`): 6 unless given. */
  readonly charOrder?: number;
  /** The longest n-grams of words (`word_order`): 0 unless given; 2 makes chrF++. */
  readonly wordOrder?: number;
  /** How much more recall counts than precision (`beta`): 2 unless given. */
  readonly beta?: number;
  /** True where capitals do not matter (`lowercase`). */
  readonly lowercase?: boolean;
  /** True where spaces are characters too (`whitespace`). */
  readonly whitespace?: boolean;
  /** A tiny number for n-grams that do not occur, as in chrF++.py (`eps_smoothing`). */
  readonly epsSmoothing?: boolean;
}

const rules: Rules<ChrfOptions> = {
  charOrder: whole,
  wordOrder: wholeFrom0,
  beta: positive,
  lowercase: yesOrNo,
  whitespace: yesOrNo,
  epsSmoothing: yesOrNo,
};

/**
 * chrF (Popović, 2015) of all rows together, from 0 to 100; of several references the one with the best
 * score counts. It needs no tokenizer, so that it suits any language. Equals sacreBLEU's `corpus_score`,
 * signature included but for the version. `chrf.with({ wordOrder: 2 })` is chrF++ (Popović, 2017).
 *
 * @example
 * ```ts
 * import { chrf, textPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = textPredictions({ predicted: ["a cat"], references: ["a cat"] });
 * assert.equal(chrf.compute(predictions), 100);
 * const plusPlus = chrf.with({ wordOrder: 2 });
 * assert.equal(plusPlus.title, "chrF2++");
 * assert.match(plusPlus.signature!(predictions), /\|nc:6\|nw:2\|space:no\|/);
 * ```
 */
export const chrf: TextScore<ChrfOptions> = textScore<ChrfOptions>({
  name: "chrf",
  rules,
  defaults: {
    charOrder: 6,
    wordOrder: 0,
    beta: 2,
    lowercase: false,
    whitespace: false,
    epsSmoothing: false,
  },
  make,
});

function make(name: string, options: ChrfOptions): Metric<number, TextPredictions> {
  const settings = options as ChrfSettings;
  const { charOrder, wordOrder, beta, lowercase, whitespace, epsSmoothing } = settings;
  return additiveMetric<TextPredictions>({
    name,
    title: `chrF${beta}${"+".repeat(wordOrder)}`,
    kinds: ["text"],
    better: "higher",
    range: [0, 100],
    additive: {
      statistics: (predictions): RowStatistics => {
        requireReferences(name, predictions);
        return chrfStatistics(predictions, settings);
      },
      scoreOf: (sums) => chrfScoreOf(sums, settings),
    },
    signature: (predictions) =>
      signatureOf(predictions, {
        case: lowercase ? "lc" : "mixed",
        eff: !epsSmoothing,
        nc: charOrder,
        nw: wordOrder,
        space: whitespace,
      }),
  });
}
