/**
 * The counts that chrF is made of, and chrF of their sums, as sacreBLEU has them.
 *
 * @module
 */
import type { TextPredictions } from "../../nn/text_predictions.ts";
import type { RowStatistics } from "../metric.ts";
import {
  countAll,
  countCharacterNgrams,
  countCommon,
  countNgrams,
  type NgramCounts,
} from "./ngrams.ts";
import { pythonSpaces, pythonWords } from "./python_text.ts";

/** All settings of chrF. */
export interface ChrfSettings {
  readonly charOrder: number;
  readonly wordOrder: number;
  readonly beta: number;
  readonly lowercase: boolean;
  readonly whitespace: boolean;
  readonly epsSmoothing: boolean;
}

/** Numbers of each order: n-grams that were written, that are right, and that match. */
const perOrder = 3;

/** Of each row: the numbers of every order, of characters and then of words, beside the best reference. */
export function chrfStatistics(
  { rows, predicted, references }: TextPredictions,
  settings: ChrfSettings,
): RowStatistics {
  const size = perOrder * (settings.charOrder + settings.wordOrder);
  const values = new Float64Array(rows * size);
  predicted.forEach((text, row) => {
    const written = ngramsOf(text, settings);
    let best = -1;
    for (const reference of references[row]) {
      const counts = matches(written, ngramsOf(reference, settings));
      const score = chrfScoreOf(counts, settings);
      if (score <= best) continue;
      best = score;
      values.set(counts, row * size);
    }
  });
  return { size, values };
}

function ngramsOf(text: string, settings: ChrfSettings): NgramCounts[] {
  const { charOrder, wordOrder, lowercase, whitespace } = settings;
  const line = lowercase ? text.toLowerCase() : text;
  const characters = whitespace ? line : line.replace(pythonSpaces, "");
  const counts = countCharacterNgrams(characters, charOrder);
  if (wordOrder === 0) return counts;
  const words = wordsOf(line);
  for (let n = 1; n <= wordOrder; n++) counts.push(countNgrams(words, n));
  return counts;
}

// Python's string.punctuation.
const mark = /^[!-/:-@[-`{-~]$/;

/** Words, with one mark at the end or else one at the start cut off. */
function wordsOf(line: string): string[] {
  return pythonWords(line).flatMap((word) => {
    if ([...word].length === 1) return [word];
    if (mark.test(word[word.length - 1])) return [word.slice(0, -1), word[word.length - 1]];
    return mark.test(word[0]) ? [word[0], word.slice(1)] : [word];
  });
}

function matches(written: readonly NgramCounts[], right: readonly NgramCounts[]): Float64Array {
  return Float64Array.from(written.flatMap((counts, at) => [
    // Nothing could match where the reference is shorter than the order.
    right[at].size > 0 ? countAll(counts) : 0,
    countAll(right[at]),
    countCommon(counts, right[at]),
  ]));
}

/** The tiny number of chrF++.py. */
const epsilon = 1e-16;

/** chrF of the sums of `chrfStatistics`, from 0 to 100. */
export function chrfScoreOf(
  sums: Float64Array,
  { beta, epsSmoothing }: Pick<ChrfSettings, "beta" | "epsSmoothing">,
): number {
  const factor = beta ** 2;
  const orders = sums.length / perOrder;
  const f = (precision: number, recall: number) => {
    const weighted = factor * precision + recall;
    return weighted > 0 ? (1 + factor) * precision * recall / weighted : 0;
  };
  let [smoothed, precisions, recalls, effective] = [0, 0, 0, 0];
  for (let at = 0; at < sums.length; at += perOrder) {
    const [written, right, match] = sums.subarray(at, at + perOrder);
    const precision = written > 0 ? match / written : epsilon;
    const recall = right > 0 ? match / right : epsilon;
    smoothed += factor * precision + recall > 0 ? f(precision, recall) : epsilon;
    if (written === 0 || right === 0) continue;
    precisions += precision;
    recalls += recall;
    effective++;
  }
  if (epsSmoothing) return 100 * smoothed / orders;
  return effective === 0 ? 0 : 100 * f(precisions / effective, recalls / effective);
}
