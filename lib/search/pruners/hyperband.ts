/**
 * Hyperband.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { optionMistake } from "../../core/errors.ts";
import { positive, required, type Rules } from "../../core/option_rules.ts";
import type { Pruner } from "./pruner.ts";
import { isStoppedAtRung } from "./rungs.ts";
import { reductionRule } from "./successive_halving.ts";

/** What brackets are made of. */
export interface HyperbandOptions {
  /** The steps of a whole trial. */
  readonly maxSteps: number;
  /** The step at which the most eager bracket compares first: 1 unless given. */
  readonly minSteps?: number;
  /** How many times further each next comparison lies, and of how many trials one goes on: 3 unless given. */
  readonly reduction?: number;
}

const rules: Rules<HyperbandOptions> = {
  maxSteps: required(positive),
  minSteps: positive,
  reduction: reductionRule,
};

/**
 * Successive halving in several brackets (Li et al. 2018, "Hyperband"), each of which compares later than
 * the one before, for nobody knows how soon values tell anything. A trial's number says its bracket, and
 * trials are compared within it; a bracket has as many trials as keeps the steps of all the same. Of a
 * trial of 27 steps with `reduction: 3` the brackets begin at steps 1, 3, 9 and 27.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense.
 *
 * @example
 * ```ts
 * import { float, hyperband, randomSearch, startSearch } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const pruner = hyperband({ maxSteps: 9 });
 * const options = { better: "lower", sampler: randomSearch(), pruner } as const;
 * const search = startSearch({ x: float(0, 1) }, options);
 * // Of each 15 trials the first 9 are compared after a step, 3 of which may go on.
 * const pruned = [1, 2, 3, 4].map((loss) => search.report(search.ask()!.number, 1, loss));
 * assert.deepEqual(pruned, [false, true, true, true]);
 * ```
 */
export function hyperband(options: HyperbandOptions): Pruner {
  checkOptions("hyperband", options, rules, () => {
    const { minSteps = 1, maxSteps } = options;
    return minSteps > maxSteps
      ? [optionMistake("minSteps", `is ${minSteps}, more than maxSteps, ${maxSteps}`)]
      : [];
  });
  const { minSteps = 1, maxSteps, reduction = 3 } = options;
  const shares = bracketShares(minSteps, maxSteps, reduction);
  return {
    name: "hyperband",
    settings: { minSteps, maxSteps, reduction },
    shouldPrune(history, number) {
      const bracket = bracketOf(number, shares);
      return isStoppedAtRung(
        history,
        number,
        { minSteps: minSteps * reduction ** bracket, reduction },
        (trial) => bracketOf(trial.number, shares) === bracket,
      );
    },
  };
}

/** How many trials each bracket has of a round (Li et al. 2018, algorithm 1). */
export function bracketShares(minSteps: number, maxSteps: number, reduction: number): number[] {
  // Rounding must not take a bracket from whole powers.
  const last = Math.floor(Math.log(maxSteps / minSteps) / Math.log(reduction) + 1e-9);
  return Array.from({ length: last + 1 }, (_, bracket) => {
    const halvings = last - bracket;
    return Math.ceil((last + 1) * reduction ** halvings / (halvings + 1));
  });
}

function bracketOf(number: number, shares: readonly number[]): number {
  let left = number % shares.reduce((sum, share) => sum + share, 0);
  return shares.findIndex((share) => (left -= share) < 0);
}
