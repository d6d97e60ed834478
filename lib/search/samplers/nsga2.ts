/**
 * NSGA-II.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { optionMistake } from "../../core/errors.ts";
import { type Rules, whole } from "../../core/option_rules.ts";
import type { Random } from "../../core/random.ts";
import { type CompleteTrial, completeTrials, lossesOf, type SearchHistory } from "../history.ts";
import { crowdingDistances, nonDominatedFronts } from "./nsga2/non_dominated_fronts.ts";
import { childOf } from "./nsga2/variation.ts";
import { evenPoint, type SearchSampler, suggestionRandom } from "./sampler.ts";

/** How NSGA-II selects. */
export interface Nsga2Options {
  /** How many trials a generation has, and how many are alive: 50 unless given. */
  readonly population?: number;
}

const rules: Rules<Nsga2Options> = { population: whole };
const name = "nsga2";

/**
 * Searches for the trials than which none is better by all aims, spread over the front that they make
 * (Deb et al. 2002, "A fast and elitist multiobjective genetic algorithm: NSGA-II"). For two or three aims
 * and hundreds of trials; `search.paretoFront` has what it found. Trials that are pending change nothing.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense.
 *
 * @example
 * ```ts
 * import { float, nsga2, startSearch } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const search = startSearch({ x: float(-10, 10) }, {
 *   better: ["lower", "lower"],
 *   sampler: nsga2({ population: 10 }),
 *   seed: 1,
 * });
 * for (let trial = 0; trial < 100; trial++) {
 *   const { number, suggestion: { x } } = search.ask()!;
 *   search.tell(number, [x ** 2, (x - 2) ** 2]);
 * }
 * // None is better by both aims where x is from 0 to 2.
 * assert.ok(search.paretoFront.every(({ suggestion: { x } }) => x > -0.5 && x < 2.5));
 * ```
 */
export function nsga2(options: Nsga2Options = {}): SearchSampler {
  checkOptions(
    "nsga2",
    options,
    rules,
    () =>
      options.population === 1
        ? [optionMistake("population", "is 1, but a child has two parents")]
        : [],
  );
  const { population = 50 } = options;
  return {
    name,
    settings: { population },
    check() {},
    suggest(history) {
      const random = suggestionRandom(history, name);
      const alive = aliveTrials(history, population);
      if (alive.length < population) return evenPoint(history, random);
      const parents = [tournament(alive, random), tournament(alive, random)] as const;
      return childOf(history.dimensions, [parents[0].point, parents[1].point], random);
    },
  };
}

/** A trial with what decides whether it has children. */
interface RankedTrial {
  readonly trial: CompleteTrial;
  readonly front: number;
  readonly crowding: number;
}

/** Those that whole generations left, in the order in which their trials ended; none before the first. */
function aliveTrials(history: SearchHistory, population: number): RankedTrial[] {
  const complete = completeTrials(history);
  let alive: RankedTrial[] = [];
  for (let from = 0; from + population <= complete.length; from += population) {
    const born = complete.slice(from, from + population);
    alive = survivors(history, [...alive.map(({ trial }) => trial), ...born], population);
  }
  return alive;
}

function survivors(
  history: SearchHistory,
  trials: readonly CompleteTrial[],
  population: number,
): RankedTrial[] {
  const losses = trials.map((trial) => lossesOf(trial, history));
  const ranked = nonDominatedFronts(losses).flatMap((members, front) => {
    const distances = crowdingDistances(members.map((at) => losses[at]));
    return members
      .map((at, place) => ({ trial: trials[at], front, crowding: distances[place] }))
      .sort(byRank);
  });
  return ranked.slice(0, population);
}

/** Better fronts first, in a front those with more room around them. */
function byRank(a: RankedTrial, b: RankedTrial): number {
  if (a.front !== b.front) return a.front - b.front;
  return a.crowding === b.crowding ? 0 : b.crowding > a.crowding ? 1 : -1;
}

function tournament(alive: readonly RankedTrial[], random: Random): CompleteTrial {
  const [a, b] = [alive[random.integer(alive.length)], alive[random.integer(alive.length)]];
  return (byRank(a, b) <= 0 ? a : b).trial;
}
