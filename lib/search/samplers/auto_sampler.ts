/**
 * The sampler that suits a space.
 *
 * @module
 */
import { takesNoOptions } from "../../core/check_options.ts";
import { isPending, type SearchHistory } from "../history.ts";
import { gaussianProcess } from "./gaussian_process.ts";
import type { SearchSampler } from "./sampler.ts";
import { tpe } from "./tpe.ts";

/** More parameters than these, and ended trials beyond these, are left to `tpe`. */
const [mostParameters, mostTrials] = [20, 100];

/**
 * Takes the sampler that was measured to need the fewest trials for such a space: `gaussianProcess` where
 * one aim depends on at most 20 numbers, one of them continuous, that always count, for the first 100
 * trials; otherwise `tpe`. Both learn from all trials, whoever chose them. It is what `.search()` takes
 * unless it is given another; `docs/search.md` has the figures.
 *
 * @throws {TunebookError} of kind `input` for options: it has none.
 *
 * @example
 * ```ts
 * import { autoSampler, float, startSearch } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const options = { better: "lower", sampler: autoSampler(), seed: 1 } as const;
 * const search = startSearch({ x: float(-10, 10) }, options);
 * for (let trial = 0; trial < 20; trial++) {
 *   const { number, suggestion: { x } } = search.ask()!;
 *   search.tell(number, (x - 2) ** 2);
 * }
 * assert.ok(search.best!.values[0] < 0.01);
 * ```
 */
export function autoSampler(...none: never[]): SearchSampler {
  takesNoOptions("autoSampler", none);
  const [process, parzen] = [gaussianProcess(), tpe()];
  const suiting = (history: SearchHistory) => suitsProcess(history) ? process : parzen;
  return {
    name: "auto",
    settings: {},
    check: (history) => suiting(history).check(history),
    suggest: (history) => suiting(history).suggest(history),
  };
}

function suitsProcess({ better, dimensions, trials }: SearchHistory): boolean {
  return better.length === 1 && dimensions.length <= mostParameters &&
    dimensions.every(({ kind, condition }) => kind !== "choice" && condition === undefined) &&
    dimensions.some(({ kind }) => kind === "float") &&
    trials.filter((trial) => !isPending(trial)).length < mostTrials;
}
