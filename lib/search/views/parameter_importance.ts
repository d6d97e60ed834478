/**
 * How much each parameter of a search matters.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { optionMistake } from "../../core/errors.ts";
import { type Rules, wholeFrom0, wholeShare } from "../../core/option_rules.ts";
import type { SearchHistory } from "../history.ts";
import { pedAnova } from "./importance/ped_anova.ts";

/** What a parameter is to be important for. */
export interface ParameterImportanceOptions {
  /** Of which aim, from 0: the first unless given. */
  readonly aim?: number;
  /** The share of the trials that counts as the best: 0.1 unless given. */
  readonly bestShare?: number;
}

const rules: Rules<ParameterImportanceOptions> = { aim: wholeFrom0, bestShare: wholeShare };
/** As Optuna has it. */
export const usualBestShare = 0.1;

/**
 * The importance of each parameter for being among the best tenth of the trials, by its name, as shares of
 * 1, the largest first: PED-ANOVA (Watanabe, Bansal and Hutter 2023, arXiv 2304.10255; of conditional
 * parameters arXiv 2601.20800), equal to Optuna's default. It looks at one parameter at a time, so that
 * one that matters only beside certain values of another may have little. All are 0 where nothing can be told
 * yet, as with fewer than two complete trials.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense.
 *
 * @example
 * ```ts
 * import { float, parameterImportance, quasiRandom, startSearch } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const space = { x: float(0, 1), y: float(0, 1) };
 * const search = startSearch(space, { better: "lower", sampler: quasiRandom() });
 * for (let trial = 0; trial < 64; trial++) {
 *   const { number, suggestion: { x, y } } = search.ask()!;
 *   search.tell(number, x + y / 100);
 * }
 * const { x, y } = parameterImportance(search.history);
 * assert.ok(x > 0.9 && Math.abs(x + y - 1) < 1e-9);
 * ```
 */
export function parameterImportance(
  history: SearchHistory,
  options: ParameterImportanceOptions = {},
): Readonly<Record<string, number>> {
  checkOptions("parameterImportance", options, rules, () => {
    const { aim = 0 } = options;
    const aims = history.better.length;
    return aim < aims ? [] : [optionMistake("aim", `is ${aim}, but the search has ${aims}`)];
  });
  const { aim = 0, bestShare = usualBestShare } = options;
  const found = [...pedAnova(history, { aim, bestShare })];
  const total = found.reduce((sum, [, importance]) => sum + importance, 0);
  return Object.fromEntries(
    found.map(([{ name }, importance]) => [name, total > 0 ? importance / total : 0] as const)
      .sort(([, a], [, b]) => b - a),
  );
}
