/**
 * Random search.
 *
 * @module
 */
import { takesNoOptions } from "../../core/check_options.ts";
import { evenPoint, type SearchSampler, suggestionRandom } from "./sampler.ts";

const name = "random";

/**
 * Draws every value by chance, evenly over its range, or over the logarithm of it (Bergstra and Bengio
 * 2012, "Random Search for Hyper-Parameter Optimization"). For any number of aims.
 *
 * @throws {TunebookError} of kind `input` for options, for it takes none.
 *
 * @example
 * ```ts
 * import { float, randomSearch, startSearch } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const start = () =>
 *   startSearch({ x: float(0, 1) }, { better: "lower", sampler: randomSearch(), seed: 7 });
 * assert.deepEqual(start().ask(), start().ask());
 * ```
 */
export function randomSearch(...none: never[]): SearchSampler {
  takesNoOptions("randomSearch", none);
  return {
    name,
    settings: {},
    check() {},
    suggest: (history) => evenPoint(history, suggestionRandom(history, name)),
  };
}
