/**
 * Successive halving.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { positive, type Rule, type Rules } from "../../core/option_rules.ts";
import type { Pruner } from "./pruner.ts";
import { isStoppedAtRung } from "./rungs.ts";

/** Where trials are compared. */
export interface SuccessiveHalvingOptions {
  /** The step at which they are compared first: 1 unless given. */
  readonly minSteps?: number;
  /** How many times further each next comparison lies, and of how many trials one goes on: 4 unless given. */
  readonly reduction?: number;
}

/** A whole number of which one is kept. */
export const reductionRule: Rule = [
  "a whole number from 2",
  (value) => Number.isSafeInteger(value) && value as number >= 2,
];
const rules: Rules<SuccessiveHalvingOptions> = { minSteps: positive, reduction: reductionRule };

/**
 * Lets the best quarter of the trials go on at steps 1, 4, 16 … (Jamieson and Talwalkar 2016; without
 * waiting for others, as ASHA: Li et al. 2020). Trials must report at those steps or soon after. As
 * Optuna's `SuccessiveHalvingPruner` with the same settings.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense.
 *
 * @example
 * ```ts
 * import { float, randomSearch, startSearch, successiveHalving } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const pruner = successiveHalving({ reduction: 2 });
 * const options = { better: "lower", sampler: randomSearch(), pruner } as const;
 * const search = startSearch({ x: float(0, 1) }, options);
 * const pruned = [0.5, 0.4, 0.6].map((loss) => search.report(search.ask()!.number, 1, loss));
 * assert.deepEqual(pruned, [false, false, true]);
 * ```
 */
export function successiveHalving(options: SuccessiveHalvingOptions = {}): Pruner {
  checkOptions("successiveHalving", options, rules);
  const { minSteps = 1, reduction = 4 } = options;
  return {
    name: "successiveHalving",
    settings: { minSteps, reduction },
    shouldPrune: (history, number) =>
      isStoppedAtRung(history, number, { minSteps, reduction }, () => true),
  };
}
