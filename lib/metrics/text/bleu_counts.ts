/**
 * The counts that BLEU is made of, and BLEU of their sums, as sacreBLEU has them.
 *
 * @module
 */
import type { TextPredictions } from "../../nn/text_predictions.ts";
import type { RowStatistics } from "../metric.ts";
import type { SplitText } from "./bleu_tokenizers.ts";
import { countAll, countCommon, countNgrams, type NgramCounts } from "./ngrams.ts";

/** Ways to score n-grams of which none matches (Chen and Cherry, 2014). */
export type BleuSmoothing = "exp" | "floor" | "add-k" | "none";

/** Their usual numbers; absent for those that have none. */
export const smoothValues: Readonly<Record<BleuSmoothing, number | undefined>> = {
  exp: undefined,
  floor: 0.1,
  "add-k": 1,
  none: undefined,
};

/**
 * Of each row: tokens that were written, tokens of the reference nearest in length, then n-grams that
 * match and n-grams in all for n from 1 to `most`.
 */
export function bleuStatistics(
  { rows, predicted, references }: TextPredictions,
  cut: SplitText,
  most: number,
): RowStatistics {
  const size = 2 + 2 * most;
  const values = new Float64Array(rows * size);
  predicted.forEach((text, row) => {
    const own = values.subarray(row * size, (row + 1) * size);
    const written = cut(text);
    const right = references[row].map(cut);
    own[0] = written.length;
    own[1] = nearest(written.length, right.map(({ length }) => length));
    for (let n = 1; n <= most; n++) {
      const counts = countNgrams(written, n);
      own[1 + n] = countCommon(counts, mostOfEach(right.map((each) => countNgrams(each, n))));
      own[1 + most + n] = countAll(counts);
    }
  });
  return { size, values };
}

/** The length nearest to the wanted one, the shorter of two. */
function nearest(wanted: number, lengths: readonly number[]): number {
  return lengths.reduce((best, length) => {
    const [nearer, before] = [Math.abs(length - wanted), Math.abs(best - wanted)];
    return nearer < before || nearer === before && length < best ? length : best;
  });
}

/** Each n-gram as often as in the reference that has it most often. */
function mostOfEach(references: readonly NgramCounts[]): NgramCounts {
  const [most, ...others] = references;
  for (const each of others) {
    for (const [ngram, count] of each) most.set(ngram, Math.max(count, most.get(ngram) ?? 0));
  }
  return most;
}

/** What stands for the logarithm of 0. */
const logOfZero = -9999999999;

/** BLEU of the sums of `bleuStatistics`, from 0 to 100. */
export function bleuScoreOf(
  sums: Float64Array,
  { smoothing, smoothBy, maxOrder, effectiveOrder }: {
    readonly smoothing: BleuSmoothing;
    readonly smoothBy: number;
    readonly maxOrder: number;
    readonly effectiveOrder: boolean;
  },
): number {
  const [written, right] = sums;
  const matches = sums.subarray(2, 2 + maxOrder);
  const totals = sums.subarray(2 + maxOrder);
  if (matches.every((count) => count === 0)) return 0;
  const precisions = new Float64Array(maxOrder);
  let [halving, orders] = [1, maxOrder];
  for (let at = 0; at < maxOrder; at++) {
    const added = smoothing === "add-k" && at > 0 ? smoothBy : 0;
    const [match, total] = [matches[at] + added, totals[at] + added];
    if (total === 0) break;
    if (effectiveOrder) orders = at + 1;
    if (match > 0) precisions[at] = 100 * match / total;
    else if (smoothing === "exp") {
      halving *= 2;
      precisions[at] = 100 / (halving * total);
    } else if (smoothing === "floor") precisions[at] = 100 * smoothBy / total;
  }
  const logs = precisions.subarray(0, orders)
    .reduce((sum, each) => sum + (each === 0 ? logOfZero : Math.log(each)), 0);
  const brevity = written < right ? (written > 0 ? Math.exp(1 - right / written) : 0) : 1;
  return brevity * Math.exp(logs / orders);
}
