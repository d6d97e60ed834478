/**
 * The median pruner.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { type Rules, wholeFrom0 } from "../../core/option_rules.ts";
import { completeTrials, lossOf } from "../history.ts";
import type { Pruner } from "./pruner.ts";

/** When the median counts. */
export interface MedianPrunerOptions {
  /** Trials that must have come to their end before any is pruned: 5 unless given. */
  readonly startupTrials?: number;
  /** No trial is pruned before this step: 0 unless given. */
  readonly warmupSteps?: number;
}

const rules: Rules<MedianPrunerOptions> = { startupTrials: wholeFrom0, warmupSteps: wholeFrom0 };

/**
 * Stops a trial whose best value so far is worse than the median of what the complete trials had at the
 * same step (Golovin et al. 2017, "Google Vizier"; as Optuna's `MedianPruner` does).
 *
 * @throws {TunebookError} of kind `input` for options that make no sense.
 *
 * @example
 * ```ts
 * import { float, medianPruner, randomSearch, startSearch } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const pruner = medianPruner({ startupTrials: 2 });
 * const options = { better: "lower", sampler: randomSearch(), pruner } as const;
 * const search = startSearch({ x: float(0, 1) }, options);
 * for (const loss of [0.4, 0.6]) {
 *   const { number } = search.ask()!;
 *   assert.ok(!search.report(number, 1, loss));
 *   search.tell(number, loss);
 * }
 * assert.ok(search.report(search.ask()!.number, 1, 0.7));
 * ```
 */
export function medianPruner(options: MedianPrunerOptions = {}): Pruner {
  checkOptions("medianPruner", options, rules);
  const { startupTrials = 5, warmupSteps = 0 } = options;
  return {
    name: "median",
    settings: { startupTrials, warmupSteps },
    shouldPrune(history, number) {
      const { better: [better], trials } = history;
      const { reports } = trials[number];
      const last = reports.at(-1);
      const complete = completeTrials(history);
      if (last === undefined || last[0] < warmupSteps || complete.length < startupTrials) {
        return false;
      }
      const best = Math.min(...reports.map(([, value]) => lossOf(value, better)));
      const others = complete.flatMap((trial) =>
        trial.reports.filter(([step]) => step === last[0]).map(([, value]) => lossOf(value, better))
      );
      return others.length > 0 && best > medianOf(others);
    },
  };
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
