/**
 * A score of written texts by a function of one's own.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { interruption } from "../core/interruption.ts";
import { mistakes, TunebookError } from "../core/errors.ts";
import { oneOf, type Rules, text, whole } from "../core/option_rules.ts";
import { shownValue } from "../core/shown_value.ts";
import type { TextPredictions } from "../nn/text_predictions.ts";
import { additiveMetric } from "./additive_metric.ts";
import { type Metric, type PrepareOptions, rangeRule } from "./metric.ts";

/** What a judge knows of a row beside the answer. */
export interface JudgedRow {
  /** The number of the row, from 1. */
  readonly row: number;
  /** What the model was asked; empty where nobody said. */
  readonly input: string;
  /** The right texts; none where there are none. */
  readonly references: readonly string[];
}

/** Says how good an answer is, at once or later. */
export type JudgeAnswer = (
  row: JudgedRow,
  answer: string,
  options: PrepareOptions,
) => number | Promise<number>;

/** How a judge is asked. */
export interface JudgeOptions {
  /** What tables call the score: `judge` unless given. */
  readonly title?: string;
  /** Which of two numbers is better: `higher` unless given. */
  readonly better?: "higher" | "lower";
  /** The least and the greatest number that the function may give. */
  readonly range?: readonly [number, number];
  /** How many rows are asked about at the same time: 1 unless given. */
  readonly concurrency?: number;
}

const rules: Rules<JudgeOptions> = {
  title: text,
  better: oneOf(["higher", "lower"]),
  range: rangeRule,
  concurrency: whole,
};

/**
 * The mean of what a function says of each answer. It may ask a server or another model: a run awaits it
 * (`prepare`) before it computes the score, and asks once about each row, also for the interval.
 *
 * @throws {TunebookError} of kind `data` for numbers that are not finite or out of the range, with all
 * rows, and of kind `input` where `compute` is called before a judge who takes its time was awaited.
 *
 * @example
 * ```ts
 * import { judge, textPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const isShort = judge((_row, answer) => answer.split(" ").length <= 3 ? 1 : 0, {
 *   title: "short answers",
 *   range: [0, 1],
 * });
 * const predictions = textPredictions({
 *   inputs: ["Where?", "Why?"],
 *   predicted: ["In Paris.", "Because nobody ever asked."],
 * });
 * assert.equal(isShort.compute(predictions), 0.5);
 *
 * const asked = judge(async ({ input }, answer) => await Promise.resolve(input.length + answer.length));
 * await asked.prepare!(predictions); // as a run does
 * assert.equal(asked.compute(predictions), 22.5);
 * ```
 */
export function judge(
  answerScore: JudgeAnswer,
  options: JudgeOptions = {},
): Metric<number, TextPredictions> {
  if (typeof answerScore !== "function") {
    throw new TunebookError("input", `judge takes a function, but got ${shownValue(answerScore)}`);
  }
  checkOptions("judge", options, rules);
  const { title = "judge", better = "higher", range, concurrency = 1 } = options;
  const prepared = new WeakMap<TextPredictions, readonly number[]>();
  const stopped = () => interruption("stopped while answers were judged");
  const ask = (
    { predicted, inputs, references }: TextPredictions,
    row: number,
    { signal }: PrepareOptions = {},
  ) =>
    answerScore(
      { row: row + 1, input: inputs[row], references: references[row] },
      predicted[row],
      { signal },
    );
  return additiveMetric<TextPredictions>({
    name: "judge",
    title,
    kinds: ["text"],
    better,
    ...(range ? { range } : {}),
    async prepare(predictions, { signal } = {}) {
      if (prepared.has(predictions)) return;
      const scores = new Array<number>(predictions.rows);
      let next = 0;
      const worker = async () => {
        while (next < predictions.rows) {
          if (signal?.aborted) throw stopped();
          const row = next++;
          try {
            scores[row] = await ask(predictions, row, { signal });
          } catch (error) {
            // A question that was called off is no failure of the judge.
            throw signal?.aborted ? stopped() : error;
          }
        }
      };
      await Promise.all(Array.from({ length: Math.min(concurrency, predictions.rows) }, worker));
      prepared.set(predictions, scores);
    },
    additive: {
      statistics(predictions) {
        const scores = prepared.get(predictions) ??
          predictions.predicted.map((_, row) => atOnce(ask(predictions, row)));
        checkScores(scores, range);
        return { size: 2, values: Float64Array.from(scores.flatMap((score) => [score, 1])) };
      },
      scoreOf: ([sum, rows]) => sum / rows,
    },
  });
}

function atOnce(score: number | Promise<number>): number {
  if (typeof score === "number") return score;
  if (score instanceof Promise) score.catch(() => {}); // its answer is not waited for
  throw new TunebookError(
    "input",
    score instanceof Promise
      ? "this judge takes its time: await judge.prepare(predictions) before judge.compute(predictions)"
      : `the judge says ${shownValue(score)}, no number`,
  );
}

function checkScores(
  scores: readonly number[],
  [least, most]: readonly [number, number] = [-Infinity, Infinity],
): void {
  const wrong = scores.flatMap((score, row) => {
    if (!Number.isFinite(score)) return [`row ${row + 1}: ${shownValue(score)} is no number`];
    return score < least || score > most
      ? [`row ${row + 1}: ${score} is not between ${least} and ${most}`]
      : [];
  });
  if (wrong.length > 0) throw mistakes("data", "the judge does not give numbers:", wrong);
}
