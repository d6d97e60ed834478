/**
 * distinct-n: how varied written texts are.
 *
 * @module
 */
import { oneOf, type Rules, whole, yesOrNo } from "../core/option_rules.ts";
import type { TextPredictions } from "../nn/text_predictions.ts";
import { type Metric, metric } from "./metric.ts";
import { type BleuTokenizer, bleuTokenizers } from "./text/bleu_tokenizers.ts";
import { countAll, countNgrams, type NgramCounts } from "./text/ngrams.ts";
import { signatureOf, type TextScore, textScore } from "./text/text_score.ts";

/** The settings of distinct-n. */
export interface DistinctNOptions {
  /** The length of the n-grams: 2 unless given. */
  readonly n?: number;
  /** How texts are cut, as for `bleu`: `13a` unless given. */
  readonly tokenizer?: BleuTokenizer;
  /** True where capitals do not matter. */
  readonly lowercase?: boolean;
}

const rules: Rules<DistinctNOptions> = {
  n: whole,
  tokenizer: oneOf(Object.keys(bleuTokenizers)),
  lowercase: yesOrNo,
};

/**
 * How many different n-grams all texts have together, divided by how many n-grams there are (Li et al.,
 * arXiv 1510.03055), from 0 to 1: a model that says the same everywhere is near 0. It falls as rows are
 * added, so compare it on as many rows. NaN where no text has n tokens. Its interval is the jackknife's,
 * because drawing a text twice would make texts less varied.
 *
 * @example
 * ```ts
 * import { distinctN, textPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = textPredictions({ predicted: ["I do not know", "I do not care"] });
 * assert.equal(distinctN.compute(predictions), 4 / 6);
 * assert.equal(distinctN.with({ n: 1 }).compute(predictions), 5 / 8);
 * ```
 */
export const distinctN: TextScore<DistinctNOptions> = textScore<DistinctNOptions>({
  name: "distinctN",
  rules,
  defaults: { n: 2, tokenizer: "13a", lowercase: false },
  make,
});

function make(name: string, options: DistinctNOptions): Metric<number, TextPredictions> {
  const { n, tokenizer, lowercase } = options as Required<DistinctNOptions>;
  const countsOf = ({ predicted }: TextPredictions) =>
    predicted.map((text) =>
      countNgrams(bleuTokenizers[tokenizer](lowercase ? text.toLowerCase() : text), n)
    );
  return metric<number, TextPredictions>({
    name,
    title: `distinct-${n}`,
    kinds: ["text"],
    better: "higher",
    range: [0, 1],
    compute(predictions) {
      const rows = countsOf(predictions);
      return rowsWith(rows).size / sum(rows.map(countAll));
    },
    leaveOneOut(predictions) {
      const rows = countsOf(predictions);
      const found = rowsWith(rows);
      const all = sum(rows.map(countAll));
      return Float64Array.from(rows, (counts) => {
        const own = [...counts.keys()].filter((ngram) => found.get(ngram) === 1).length;
        return (found.size - own) / (all - countAll(counts));
      });
    },
    signature: (predictions) =>
      signatureOf(predictions, { n, case: lowercase ? "lc" : "mixed", tok: tokenizer }),
  });
}

/** In how many rows each n-gram is. */
function rowsWith(rows: readonly NgramCounts[]): NgramCounts {
  const found: NgramCounts = new Map();
  for (const counts of rows) {
    for (const ngram of counts.keys()) found.set(ngram, (found.get(ngram) ?? 0) + 1);
  }
  return found;
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
