/**
 * Rungs: the steps at which successive halving compares trials.
 *
 * @module
 */
import { lossOf, type SearchHistory, type Trial } from "../history.ts";

/** Where rungs lie, and which part of the trials passes one. */
export interface RungSettings {
  /** The step of the first rung. */
  readonly minSteps: number;
  /** Each rung lies this many times further, and one trial of this many passes. */
  readonly reduction: number;
}

/**
 * Whether the last report of a trial reaches a rung and is not among the best there. Trials are compared
 * with those that reached the rung so far, so that none waits for another (ASHA: Li et al. 2020, "A System
 * for Massively Parallel Hyperparameter Tuning").
 *
 * @param isRival which trials it is compared with
 */
export function isStoppedAtRung(
  { trials, better: [better] }: SearchHistory,
  number: number,
  { minSteps, reduction }: RungSettings,
  isRival: (trial: Trial) => boolean,
): boolean {
  const { reports } = trials[number];
  if (reports.length === 0) return false;
  const [[last, value], before] = [reports.at(-1)!, reports.at(-2)?.[0] ?? -Infinity];
  const loss = lossOf(value, better);
  for (let step = minSteps; step <= last; step *= reduction) {
    if (before >= step) continue; // it was compared there already
    const losses = trials.filter((trial) => trial.number !== number && isRival(trial))
      .flatMap((trial) => reportFrom(trial, step).map((each) => lossOf(each, better)));
    const rivals = [...losses, loss].sort((a, b) => a - b);
    const passing = Math.max(1, Math.floor(rivals.length / reduction));
    if (loss > rivals[passing - 1]) return true;
  }
  return false;
}

/** The first value of a trial at a step or after it, if it came that far. */
function reportFrom({ reports }: Trial, step: number): number[] {
  return reports.filter(([at]) => at >= step).slice(0, 1).map(([, value]) => value);
}
