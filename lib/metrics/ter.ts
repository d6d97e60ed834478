/**
 * TER: how many edits turn written texts into right ones.
 *
 * @module
 */
import { type Rules, yesOrNo } from "../core/option_rules.ts";
import type { TextPredictions } from "../nn/text_predictions.ts";
import { additiveMetric } from "./additive_metric.ts";
import type { Metric, RowStatistics } from "./metric.ts";
import { type TerSettings, terWords } from "./text/ter_words.ts";
import { requireReferences, signatureOf, type TextScore, textScore } from "./text/text_score.ts";
import { translationEdits } from "./text/translation_edits.ts";

/** The settings of TER; sacreBLEU's name of each is in brackets. */
export interface TerOptions {
  /** Cuts off punctuation as Tercom does (`normalized`). */
  readonly normalized?: boolean;
  /** Leaves punctuation out (`no_punct`). */
  readonly noPunctuation?: boolean;
  /** Both of these for Chinese and Japanese too, whose characters are words then (`asian_support`). */
  readonly asianSupport?: boolean;
  /** True where capitals matter (`case_sensitive`). */
  readonly caseSensitive?: boolean;
}

const rules: Rules<TerOptions> = {
  normalized: yesOrNo,
  noPunctuation: yesOrNo,
  asianSupport: yesOrNo,
  caseSensitive: yesOrNo,
};

/**
 * The translation edit rate (Snover et al., 2006): words inserted, left out, replaced, and phrases moved,
 * for 100 words of the reference; 0 is best, and more than 100 is possible. Of several references the one
 * with the fewest edits counts, and the mean of their lengths. Equals sacreBLEU's, signature included but
 * for the version.
 *
 * @example
 * ```ts
 * import { ter, textPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = textPredictions({
 *   predicted: ["on the mat the cat sat"],
 *   references: ["the cat sat on the mat"], // one phrase is moved
 * });
 * assert.equal(ter.compute(predictions).toFixed(6), (100 / 6).toFixed(6));
 * ```
 */
export const ter: TextScore<TerOptions> = textScore<TerOptions>({
  name: "ter",
  rules,
  defaults: { normalized: false, noPunctuation: false, asianSupport: false, caseSensitive: false },
  make,
});

function make(name: string, options: TerOptions): Metric<number, TextPredictions> {
  const settings = options as TerSettings;
  return additiveMetric<TextPredictions>({
    name,
    title: "TER",
    kinds: ["text"],
    better: "lower",
    range: [0, Infinity],
    additive: {
      statistics: (predictions): RowStatistics => {
        requireReferences(name, predictions);
        return terStatistics(predictions, settings);
      },
      scoreOf: ([edits, words]) => 100 * (words > 0 ? edits / words : edits > 0 ? 1 : 0),
    },
    signature: (predictions) =>
      signatureOf(predictions, {
        case: settings.caseSensitive ? "mixed" : "lc",
        tok: "tercom",
        norm: settings.normalized,
        punct: !settings.noPunctuation,
        asian: settings.asianSupport,
      }),
  });
}

/** Of each row: the fewest edits, and the mean length of the references in words. */
function terStatistics(
  { predicted, references }: TextPredictions,
  settings: TerSettings,
): RowStatistics {
  const values = predicted.flatMap((text, row) => {
    const written = terWords(text, settings);
    const right = references[row].map((reference) => terWords(reference, settings));
    return [
      Math.min(...right.map((words) => translationEdits(written, words))),
      right.reduce((sum, { length }) => sum + length, 0) / right.length,
    ];
  });
  return { size: 2, values: Float64Array.from(values) };
}
