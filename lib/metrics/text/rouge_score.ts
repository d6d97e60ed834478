/**
 * What all ROUGE scores share: settings, several references, and the mean over rows.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { oneOf, type Rules, yesOrNo } from "../../core/option_rules.ts";
import type { TextPredictions } from "../../nn/text_predictions.ts";
import { additiveMetric } from "../additive_metric.ts";
import { type RougeTokenizer, rougeTokenizers, rougeTokensOf } from "./rouge_tokens.ts";
import { requireReferences, signatureOf, type TextScore, textScore } from "./text_score.ts";

/** The settings of ROUGE. */
export interface RougeOptions {
  /** Compares the stems of English words (`use_stemmer` of rouge-score). */
  readonly stemmer?: boolean;
  /**
   * `rouge` (unless given): Latin letters and digits as in rouge-score, which leaves out all others.
   * `unicode`: words of all scripts, and every character of scripts without spaces, such as Chinese.
   * `char`: every letter and digit.
   */
  readonly tokenizer?: RougeTokenizer;
  /** Which number counts: `f1` (unless given), `precision` or `recall`. */
  readonly measure?: "f1" | "precision" | "recall";
}

/** Matches of one text with one reference. */
export interface RougeCounts {
  readonly matches: number;
  /** N-grams or words that were written. */
  readonly written: number;
  /** N-grams or words of the reference. */
  readonly right: number;
}

/** Counts the matches of a text with a reference; `tokensOf` cuts texts. */
export type CountRouge = (
  text: string,
  reference: string,
  tokensOf: (text: string) => string[],
) => RougeCounts;

const rules: Rules<RougeOptions> = {
  stemmer: yesOrNo,
  tokenizer: oneOf(rougeTokenizers),
  measure: oneOf(["f1", "precision", "recall"]),
};

/** Makes a ROUGE score out of how matches are counted. */
export function rougeScore(
  { name, title, count }: {
    readonly name: string;
    readonly title: string;
    readonly count: CountRouge;
  },
): TextScore<RougeOptions> {
  return textScore<RougeOptions>({
    name,
    rules,
    defaults: { stemmer: false, tokenizer: "rouge", measure: "f1" },
    make(full, options) {
      const { stemmer, tokenizer, measure } = options as Required<RougeOptions>;
      const tokensOf = rougeTokensOf(tokenizer, stemmer);
      return additiveMetric<TextPredictions>({
        name: full,
        title: measure === "f1" ? title : `${title} ${measure}`,
        kinds: ["text"],
        better: "higher",
        range: [0, 1],
        additive: {
          statistics(predictions) {
            requireReferences(full, predictions);
            requireTokens(name, predictions, tokensOf);
            const { predicted, references } = predictions;
            const scores = predicted.map((text, row) =>
              bestOf(references[row].map((each) => valuesOf(count(text, each, tokensOf))))[measure]
            );
            return { size: 2, values: Float64Array.from(scores.flatMap((score) => [score, 1])) };
          },
          scoreOf: ([sum, rows]) => sum / rows,
        },
        signature: (predictions) =>
          signatureOf(predictions, { tok: tokenizer, stem: stemmer, measure }),
      });
    },
  });
}

interface RougeValues {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

function valuesOf({ matches, written, right }: RougeCounts): RougeValues {
  const precision = matches / Math.max(written, 1);
  const recall = matches / Math.max(right, 1);
  const f1 = precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0;
  return { precision, recall, f1 };
}

/** The values beside the reference with the highest F1, the first of equally good ones. */
function bestOf(values: readonly RougeValues[]): RougeValues {
  return values.reduce((best, each) => each.f1 > best.f1 ? each : best);
}

/** Refuses texts of which the tokenizer leaves nothing at all: a score of 0 would say something else. */
function requireTokens(
  name: string,
  { references }: TextPredictions,
  tokensOf: (text: string) => string[],
): void {
  const all = references.flat();
  if (!all.some((text) => /[\p{L}\p{N}]/u.test(text))) return;
  if (all.some((text) => tokensOf(text).length > 0)) return;
  throw new TunebookError(
    "data",
    `${name} finds no word in any reference: like rouge-score it knows Latin letters and digits ` +
      `alone. For other scripts ask ${name}.with({ tokenizer: "unicode" })`,
  );
}
