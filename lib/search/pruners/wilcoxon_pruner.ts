/**
 * The Wilcoxon pruner.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { type Rules, share, whole } from "../../core/option_rules.ts";
import { wilcoxonSignedRank } from "../../evaluate/wilcoxon_signed_rank.ts";
import { type CompleteTrial, completeTrials, firstLoss, lossOf } from "../history.ts";
import type { Pruner } from "./pruner.ts";

/** When a trial is worse beyond doubt. */
export interface WilcoxonPrunerOptions {
  /** A trial is stopped where chance alone explains its distance less likely than this: 0.1 unless given. */
  readonly threshold?: number;
  /** Reports that a trial and the best must share before it is stopped: 2 unless given. */
  readonly startupSteps?: number;
}

const rules: Rules<WilcoxonPrunerOptions> = { threshold: share, startupSteps: whole };
/** Of one pair nothing can be told. */
const leastPairs = 2;

/**
 * Stops a trial that is worse than the best one on the same folds or data sets, by Wilcoxon's signed-rank
 * test of the pairs, and also on average. The steps of reports number the folds, and the value of a trial is
 * the mean of its reports. As Optuna's `WilcoxonPruner`, with the p-values of SciPy.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense.
 *
 * @example
 * ```ts
 * import { float, randomSearch, startSearch, wilcoxonPruner } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const options = { better: "higher", sampler: randomSearch(), pruner: wilcoxonPruner() } as const;
 * const search = startSearch({ x: float(0, 1) }, options);
 * const first = search.ask()!.number;
 * const folds = [0.81, 0.78, 0.84, 0.8, 0.79];
 * folds.forEach((accuracy, fold) => search.report(first, fold, accuracy));
 * search.tell(first, 0.804);
 *
 * const second = search.ask()!.number;
 * const isPruned = folds.map((accuracy, fold) =>
 *   search.report(second, fold, accuracy - 0.01 * (fold + 1))
 * );
 * assert.deepEqual(isPruned, [false, false, false, true, true]);
 * ```
 */
export function wilcoxonPruner(options: WilcoxonPrunerOptions = {}): Pruner {
  checkOptions("wilcoxonPruner", options, rules);
  const { threshold = 0.1, startupSteps = 2 } = options;
  return {
    name: "wilcoxon",
    comparesFolds: true,
    settings: { threshold, startupSteps },
    shouldPrune(history, number) {
      const { better: [better], trials } = history;
      const complete = completeTrials(history);
      if (complete.length === 0) return false;
      const best = complete.reduce((a: CompleteTrial, b) =>
        firstLoss(b, history) < firstLoss(a, history) ? b : a
      );
      const own = trials[number].reports.map(([step, value]) => [step, lossOf(value, better)]);
      const others = new Map(best.reports.map(([step, value]) => [step, lossOf(value, better)]));
      const differences = own.flatMap(([step, loss]) =>
        others.has(step) ? [loss - others.get(step)!] : []
      );
      if (differences.length < Math.max(leastPairs, startupSteps)) return false;
      const { pValue } = wilcoxonSignedRank(differences, {
        alternative: "greater",
        zeros: "split",
      });
      const isWorse = meanOf(own.map(([, loss]) => loss)) > meanOf([...others.values()]);
      return pValue < threshold && isWorse;
    },
  };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
