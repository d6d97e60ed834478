/**
 * What a search has tried: plain JSON, the only thing that samplers and pruners look at. The same history
 * gives the same suggestion, so that a search that was stopped goes on as if it had not been.
 *
 * @module
 */
import type { Dimension, Point } from "./space/dimension.ts";

/** Which of two values is better. */
export type Direction = "lower" | "higher";

/** A value that a trial had on its way: after how many steps, or on which fold. */
export type TrialReport = readonly [step: number, value: number];

/** What else is known of a trial that has ended. */
export interface TrialNotes {
  /** Why it gave no value. */
  readonly reason?: string;
  /** What was measured beside its values, such as its seconds. */
  readonly figures?: Readonly<Record<string, number>>;
}

/** One set of values that was tried, or is being tried. */
export interface Trial extends TrialNotes {
  /** From 0, in the order in which they began. */
  readonly number: number;
  readonly point: Point;
  readonly state: "pending" | "complete" | "pruned" | "failed";
  /** One for each aim; of complete trials. */
  readonly values?: readonly number[];
  /** In the order in which they came. */
  readonly reports: readonly TrialReport[];
  /** How many trials had ended before this one did; absent while it is pending. */
  readonly ended?: number;
}

/** A trial that came to its end. */
export interface CompleteTrial extends Trial {
  readonly state: "complete";
  readonly values: readonly number[];
}

/** A search up to now. */
export interface SearchHistory {
  readonly dimensions: readonly Dimension[];
  /** One for each aim. */
  readonly better: readonly Direction[];
  readonly seed: number;
  /** In the order of their numbers. */
  readonly trials: readonly Trial[];
}

/** The trials that came to their end, in the order in which they did. */
export function completeTrials({ trials }: SearchHistory): CompleteTrial[] {
  return trials
    .filter((trial): trial is CompleteTrial => trial.state === "complete")
    .sort((a, b) => a.ended! - b.ended!);
}

/** A value whose smaller one is better. */
export function lossOf(value: number, better: Direction): number {
  return better === "lower" ? value : -value;
}

/** The value of a trial's first aim, smaller is better. */
export function firstLoss({ values: [first] }: CompleteTrial, { better }: SearchHistory): number {
  return lossOf(first, better[0]);
}

/** The values of all aims of a trial, smaller is better. */
export function lossesOf({ values }: CompleteTrial, { better }: SearchHistory): number[] {
  return values.map((value, aim) => lossOf(value, better[aim]));
}

/** Without trials that are under way, whose end nobody knows. */
export function isPending({ state }: Trial): boolean {
  return state === "pending";
}
