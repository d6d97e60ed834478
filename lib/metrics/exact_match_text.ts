/**
 * Exact match of written texts: which share equals a right one.
 *
 * @module
 */
import { oneOf, type Rules, yesOrNo } from "../core/option_rules.ts";
import type { TextPredictions } from "../nn/text_predictions.ts";
import { additiveMetric } from "./additive_metric.ts";
import type { Metric, RowStatistics } from "./metric.ts";
import { requireReferences, signatureOf, type TextScore, textScore } from "./text/text_score.ts";

/** What may differ in texts that count as the same. */
export interface ExactMatchTextOptions {
  readonly ignoreCase?: boolean;
  /** Punctuation of all scripts. */
  readonly ignorePunctuation?: boolean;
  /** Digits of all scripts. */
  readonly ignoreNumbers?: boolean;
  /** Spaces at the ends, and how many or which stand between words. */
  readonly ignoreSpaces?: boolean;
  /** Unicode's form in which texts are compared: `none` unless given; `NFC`, or `NFKC` for ligatures and wide letters. */
  readonly form?: "none" | "NFC" | "NFKC";
}

const rules: Rules<ExactMatchTextOptions> = {
  ignoreCase: yesOrNo,
  ignorePunctuation: yesOrNo,
  ignoreNumbers: yesOrNo,
  ignoreSpaces: yesOrNo,
  form: oneOf(["none", "NFC", "NFKC"]),
};

/**
 * The share of texts that equal a reference, to the character; `exactMatchText.with(…)` ignores what it is
 * told to. (`exactMatch` scores answers to questions by SQuAD's rules.)
 *
 * @example
 * ```ts
 * import { exactMatchText, textPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = textPredictions({
 *   predicted: ["Paris.", "42"],
 *   references: [["paris", "Lutetia"], ["42", "forty-two"]],
 * });
 * assert.equal(exactMatchText.compute(predictions), 0.5);
 * const lenient = exactMatchText.with({ ignoreCase: true, ignorePunctuation: true });
 * assert.equal(lenient.compute(predictions), 1);
 * ```
 */
export const exactMatchText: TextScore<ExactMatchTextOptions> = textScore<ExactMatchTextOptions>({
  name: "exactMatchText",
  rules,
  defaults: {
    ignoreCase: false,
    ignorePunctuation: false,
    ignoreNumbers: false,
    ignoreSpaces: false,
    form: "none",
  },
  make,
});

function make(
  name: string,
  options: ExactMatchTextOptions,
): Metric<number, TextPredictions> {
  const { form, ignoreCase, ignorePunctuation, ignoreNumbers, ignoreSpaces } = options as Required<
    ExactMatchTextOptions
  >;
  const normal = (text: string) => {
    let kept = form === "none" ? text : text.normalize(form);
    if (ignoreCase) kept = kept.toLowerCase();
    if (ignorePunctuation) kept = kept.replace(/\p{P}/gu, "");
    if (ignoreNumbers) kept = kept.replace(/\p{Nd}/gu, "");
    return ignoreSpaces ? kept.trim().replace(/\s+/g, " ") : kept;
  };
  return additiveMetric<TextPredictions>({
    name,
    title: "exact match",
    kinds: ["text"],
    better: "higher",
    range: [0, 1],
    additive: {
      statistics: (predictions): RowStatistics => {
        requireReferences(name, predictions);
        const { predicted, references } = predictions;
        const values = predicted.flatMap((text, row) => {
          const written = normal(text);
          return [references[row].some((each) => normal(each) === written) ? 1 : 0, 1];
        });
        return { size: 2, values: Float64Array.from(values) };
      },
      scoreOf: ([same, rows]) => same / rows,
    },
    signature: (predictions) =>
      signatureOf(predictions, {
        case: ignoreCase ? "lc" : "mixed",
        punct: !ignorePunctuation,
        num: !ignoreNumbers,
        space: !ignoreSpaces,
        form,
      }),
  });
}
