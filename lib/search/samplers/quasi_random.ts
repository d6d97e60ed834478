/**
 * Quasi-random search.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { type Rules, yesOrNo } from "../../core/option_rules.ts";
import { Random } from "../../core/random.ts";
import type { SearchHistory } from "../history.ts";
import { type Point, pointFrom } from "../space/dimension.ts";
import { fromUnit } from "../space/unit.ts";
import { sobolSequence } from "./quasi_random/sobol.ts";
import { mostSobolDimensions } from "./quasi_random/sobol_directions.ts";
import type { SearchSampler } from "./sampler.ts";

/** How points are spread. */
export interface QuasiRandomOptions {
  /**
   * Whether the sequence is scrambled by the seed: true unless given. Without it all seeds give the same
   * points, the first of which is the lowest corner.
   */
  readonly scramble?: boolean;
}

const rules: Rules<QuasiRandomOptions> = { scramble: yesOrNo };
const name = "quasiRandom";

/**
 * Spreads trials more evenly than chance does: a Sobol' sequence (Joe and Kuo 2008) with a random linear
 * scramble and a digital shift (Matoušek 1998). The first 64 parameters are spread so, any others are drawn
 * by chance. For any number of aims.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense.
 *
 * @example
 * ```ts
 * import { float, quasiRandom, startSearch } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const space = { x: float(0, 1) };
 * const search = startSearch(space, { better: "lower", sampler: quasiRandom(), seed: 3 });
 * const quarters = [0, 1, 2, 3].map(() => Math.floor(search.ask()!.suggestion.x * 4));
 * assert.deepEqual(quarters.sort(), [0, 1, 2, 3]);
 * ```
 */
export function quasiRandom(options: QuasiRandomOptions = {}): SearchSampler {
  checkOptions("quasiRandom", options, rules);
  const { scramble = true } = options;
  return {
    name,
    settings: { scramble },
    check() {},
    suggest: (history) => nextSpreadPoint(history, scramble),
  };
}

/** Points that fill the space evenly, by their numbers from 0. */
export function spreadPoints(
  { dimensions, seed }: SearchHistory,
  scramble = true,
): (at: number) => Point {
  const spread = sobolSequence(
    Math.min(dimensions.length, mostSobolDimensions),
    scramble ? seed : undefined,
  );
  const placeOf = new Map(dimensions.map((dimension, place) => [dimension, place]));
  return (at) => {
    const units = spread(at);
    const random = Random.fromSeed(seed, name, at);
    return pointFrom(
      dimensions,
      (dimension) => fromUnit(dimension, units[placeOf.get(dimension)!] ?? random.uniform()),
    );
  };
}

/** The next of the points that fill the space evenly, where none is learnt from yet. */
export function nextSpreadPoint(history: SearchHistory, scramble?: boolean): Point {
  return spreadPoints(history, scramble)(history.trials.length);
}
