/**
 * Scores of an answer against the right ones, as the evaluation script of SQuAD 2.0 has them.
 *
 * @module
 */
import type { AnswerPredictions } from "../nn/answer_predictions.ts";
import { additiveMetric } from "./additive_metric.ts";
import type { Metric } from "./metric.ts";
import { pythonSpaces } from "./text/python_text.ts";

/** A score of answers; itself it is the mean over all rows. */
export interface AnswerScore extends Metric<number, AnswerPredictions> {
  /** The mean over questions that have an answer (the script's HasAns); NaN without such rows. */
  readonly answerable: Metric<number, AnswerPredictions>;
  /** The mean over questions that have none (the script's NoAns); NaN without such rows. */
  readonly unanswerable: Metric<number, AnswerPredictions>;
}

/** How good an answer is beside one right answer, from 0 to 1. */
export type AnswerComparison = (right: string, answer: string) => number;

/** Makes a score of answers out of what it is for one pair. */
export function answerScore(name: string, compare: AnswerComparison): AnswerScore {
  const shared = { kinds: ["answers"], better: "higher", range: [0, 1] } as const;
  const over = (own: string, isChosen: (truth: readonly string[]) => boolean) =>
    additiveMetric({
      ...shared,
      name: own,
      additive: {
        statistics: ({ truth, predicted }: AnswerPredictions) => {
          const values = new Float64Array(2 * truth.length);
          truth.forEach((each, row) => {
            if (isChosen(each)) values.set([rowScore(compare, each, predicted[row]), 1], 2 * row);
          });
          return { size: 2, values };
        },
        scoreOf: ([sum, rows]) => sum / rows,
      },
    });
  return Object.freeze({
    ...over(name, () => true),
    answerable: over(`${name}.answerable`, (truth) => truth.length > 0),
    unanswerable: over(`${name}.unanswerable`, (truth) => truth.length === 0),
  });
}

/**
 * The best score beside any of the right answers of a row. Right answers of which normalising leaves
 * nothing are passed over; where none is left, the empty answer is the right one.
 */
export function rowScore(
  compare: AnswerComparison,
  truth: readonly string[],
  answer: string,
): number {
  const right = truth.filter((text) => normalizeAnswer(text) !== "");
  return Math.max(...(right.length > 0 ? right : [""]).map((each) => compare(each, answer)));
}

/** 1 where both texts are the same once normalised, else 0. */
export const exactComparison: AnswerComparison = (right, answer) =>
  normalizeAnswer(right) === normalizeAnswer(answer) ? 1 : 0;

/**
 * F1 of the words that both have, each as often as it occurs in both; where one has no words, 1 if
 * neither has.
 */
export const wordComparison: AnswerComparison = (right, answer) => {
  const [wanted, found] = [wordsOf(right), wordsOf(answer)];
  if (wanted.length === 0 || found.length === 0) return wanted.length === found.length ? 1 : 0;
  const left = new Map<string, number>();
  for (const word of wanted) left.set(word, (left.get(word) ?? 0) + 1);
  let same = 0;
  for (const word of found) {
    const count = left.get(word) ?? 0;
    if (count > 0) same++;
    left.set(word, count - 1);
  }
  if (same === 0) return 0;
  const precision = same / found.length;
  const recall = same / wanted.length;
  return 2 * precision * recall / (precision + recall);
};

// Python's string.punctuation.
const punctuation = /[!-/:-@[-`{-~]/g;
// Python's \b stands between what \w matches and what it does not: letters, numbers, underscores.
const articles = /(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu;

/** In lower case, without ASCII punctuation, English articles and more than one space in a row. */
export function normalizeAnswer(text: string): string {
  return text.toLowerCase().replace(punctuation, "").replace(articles, " ").replace(
    pythonSpaces,
    " ",
  )
    .replace(/^ | $/g, "");
}

function wordsOf(text: string): string[] {
  const normal = normalizeAnswer(text);
  return normal === "" ? [] : normal.split(" ");
}
