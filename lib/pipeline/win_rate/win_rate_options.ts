/**
 * How two models are to be compared by a judge.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { mistakes, TunebookError } from "../../core/errors.ts";
import {
  abortSignal,
  record,
  type Rule,
  type Rules,
  whole,
  wholeFrom0,
} from "../../core/option_rules.ts";
import { shownValue } from "../../core/shown_value.ts";
import { writingMistakes, type WritingOptions } from "../evaluate_options.ts";

/** How the models are asked. */
export interface WinRateOptions<Input = unknown> {
  /** Prompts of one's own, or how many held-out ones; all held-out ones unless given. */
  readonly prompts?: number | readonly Input[];
  /**
   * How both models write. A model that learned from rewards samples as in its training unless given; others
   * write as `.evaluate()` was told, greedily unless told otherwise.
   */
  readonly generate?: WritingOptions;
  /** Makes draws and the order of answers the same again; 1 unless given. */
  readonly seed?: number;
  /** How many pairs are judged at the same time; 1 unless given. */
  readonly concurrency?: number;
  /** Stops with an error of kind "interrupted". */
  readonly signal?: AbortSignal;
}

const prompts: Rule = [
  "a whole number from 1, or a list of prompts",
  (value) =>
    Array.isArray(value) ? value.length > 0 : Number.isSafeInteger(value) && Number(value) > 0,
];

const rules: Rules<WinRateOptions> = {
  prompts,
  generate: record,
  seed: wholeFrom0,
  concurrency: whole,
  signal: abortSignal,
};

/** Throws one error of kind "input" for a judge or for options that make no sense. */
export function checkWinRateOptions(judge: unknown, options: WinRateOptions): void {
  if (typeof judge !== "function") {
    throw new TunebookError(
      "input",
      `winRate takes a function that judges pairs, but got ${shownValue(judge)}`,
    );
  }
  checkOptions("winRate", options, rules);
  const wrong = options.generate === undefined ? [] : writingMistakes(options.generate);
  if (wrong.length > 0) throw mistakes("input", "these options of generate make no sense:", wrong);
}
