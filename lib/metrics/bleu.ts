/**
 * BLEU: how many n-grams written texts share with right ones.
 *
 * @module
 */
import { finiteNumber, oneOf, type Rules, whole, yesOrNo } from "../core/option_rules.ts";
import { TunebookError } from "../core/errors.ts";
import type { TextPredictions } from "../nn/text_predictions.ts";
import { additiveMetric } from "./additive_metric.ts";
import type { Metric, RowStatistics } from "./metric.ts";
import {
  bleuScoreOf,
  type BleuSmoothing,
  bleuStatistics,
  smoothValues,
} from "./text/bleu_counts.ts";
import { type BleuTokenizer, bleuTokenizers } from "./text/bleu_tokenizers.ts";
import { pythonTrimEnd } from "./text/python_text.ts";
import { requireReferences, signatureOf, type TextScore, textScore } from "./text/text_score.ts";

/** The settings of BLEU; sacreBLEU's name of each is in brackets. */
export interface BleuOptions {
  /** How texts are cut (`tokenize`): `13a` unless given; `zh` for Chinese, `intl` for others. */
  readonly tokenizer?: BleuTokenizer;
  /** True where capitals do not matter (`lowercase`). */
  readonly lowercase?: boolean;
  /** What stands for n-grams without a match (`smooth_method`): `exp` unless given. */
  readonly smoothing?: BleuSmoothing;
  /** The number of `floor` (0.1 unless given) and of `add-k` (1 unless given) (`smooth_value`). */
  readonly smoothValue?: number | undefined;
  /** The longest n-grams (`max_ngram_order`): 4 unless given. */
  readonly maxOrder?: number;
  /** Leaves out n-grams that are longer than the texts (`effective_order`), for scores of single rows. */
  readonly effectiveOrder?: boolean;
}

const rules: Rules<BleuOptions> = {
  tokenizer: oneOf(Object.keys(bleuTokenizers)),
  lowercase: yesOrNo,
  smoothing: oneOf(Object.keys(smoothValues)),
  smoothValue: finiteNumber,
  maxOrder: whole,
  effectiveOrder: yesOrNo,
};

/**
 * BLEU (Papineni et al., 2002) of all rows together, from 0 to 100. Equals sacreBLEU's `corpus_score`,
 * and with `effectiveOrder` on one row its `sentence_score`; the signature is sacreBLEU's too, with the
 * version of tunebook. `bleu.with({ tokenizer: "zh" })` has other settings.
 *
 * @example
 * ```ts
 * import { bleu, textPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = textPredictions({
 *   predicted: ["The dog bit the man.", "It was not unexpected.", "The man bit him first."],
 *   references: [
 *     ["The dog bit the man.", "The dog had bit the man."],
 *     ["It was not unexpected.", "No one was surprised."],
 *     ["The man bit him first.", "The man had bitten the dog."],
 *   ],
 * });
 * assert.equal(bleu.compute(predictions).toFixed(2), "100.00");
 * assert.match(bleu.signature!(predictions), /^nrefs:2\|case:mixed\|eff:no\|tok:13a\|smooth:exp\|/);
 * ```
 */
export const bleu: TextScore<BleuOptions> = textScore<BleuOptions>({
  name: "bleu",
  rules,
  defaults: {
    tokenizer: "13a",
    lowercase: false,
    smoothing: "exp",
    smoothValue: undefined,
    maxOrder: 4,
    effectiveOrder: false,
  },
  make,
});

function make(name: string, options: BleuOptions): Metric<number, TextPredictions> {
  const { tokenizer, lowercase, smoothing, maxOrder, effectiveOrder, smoothValue } =
    options as Required<BleuOptions>;
  const usual = smoothValues[smoothing];
  if (usual === undefined && smoothValue !== undefined) {
    throw new TunebookError(
      "input",
      `smoothValue is the number of the smoothings floor and add-k, but smoothing is ${smoothing}`,
    );
  }
  const smoothBy = smoothValue ?? usual ?? 0;
  const cut = (text: string) =>
    bleuTokenizers[tokenizer](pythonTrimEnd(lowercase ? text.toLowerCase() : text));
  return additiveMetric<TextPredictions>({
    name,
    title: "BLEU",
    kinds: ["text"],
    better: "higher",
    range: [0, 100],
    additive: {
      statistics: (predictions): RowStatistics => {
        requireReferences(name, predictions);
        return bleuStatistics(predictions, cut, maxOrder);
      },
      scoreOf: (sums) => bleuScoreOf(sums, { smoothing, smoothBy, maxOrder, effectiveOrder }),
    },
    signature: (predictions) =>
      signatureOf(predictions, {
        case: lowercase ? "lc" : "mixed",
        eff: effectiveOrder,
        tok: tokenizer,
        smooth: usual === undefined ? smoothing : `${smoothing}[${smoothBy.toFixed(2)}]`,
      }),
  });
}
