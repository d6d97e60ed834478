/**
 * The tree-structured Parzen estimator.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { type Rules, whole, yesOrNo } from "../../core/option_rules.ts";
import type { Random } from "../../core/random.ts";
import type { SearchHistory } from "../history.ts";
import { type Dimension, isActive, type Point } from "../space/dimension.ts";
import { nextSpreadPoint } from "./quasi_random.ts";
import { type SearchSampler, suggestionRandom } from "./sampler.ts";
import { parzenEstimator } from "./tpe/parzen_estimator.ts";
import { splitTrials } from "./tpe/split_trials.ts";

/** How TPE chooses. */
export interface TpeOptions {
  /** Trials that are spread evenly before the first is chosen: 10 unless given. */
  readonly startupTrials?: number;
  /** How many candidates are drawn, the best of which is suggested: 24 unless given. */
  readonly candidates?: number;
  /**
   * Whether the parameters that vary together are modelled together, so that one may depend on another:
   * true unless given.
   */
  readonly multivariate?: boolean;
}

const rules: Rules<TpeOptions> = {
  startupTrials: whole,
  candidates: whole,
  multivariate: yesOrNo,
};
const name = "tpe";

/**
 * Models where good trials lie and where the others do, and tries what is likelier among the good ones
 * (Bergstra et al. 2011, "Algorithms for Hyper-SearchParameter Optimization"). The settings are those that
 * Watanabe's ablation recommends (2023, "Tree-structured Parzen Estimator"): multivariate kernels,
 * the best 15 % are good, weighted by their improvement, widths by the neighbours' distance, at least 0.03
 * of the range, and a prior. Parameters inside a value of a choice are modelled by the trials that chose
 * it. Pending trials count as bad ones. It costs least of the samplers that learn, and takes any space. Of
 * several aims the good trials are those of the first Pareto fronts (Ozaki et al. 2022, "Multiobjective
 * Tree-Structured Parzen Estimator"), which all count the same.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense.
 *
 * @example
 * ```ts
 * import { float, startSearch, tpe } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const search = startSearch({ x: float(-10, 10) }, { better: "lower", sampler: tpe(), seed: 1 });
 * for (let trial = 0; trial < 40; trial++) {
 *   const { number, suggestion: { x } } = search.ask()!;
 *   search.tell(number, (x - 2) ** 2);
 * }
 * assert.ok(search.best!.values[0] < 0.1);
 * ```
 */
export function tpe(options: TpeOptions = {}): SearchSampler {
  checkOptions("tpe", options, rules);
  const { startupTrials = 10, candidates = 24, multivariate = true } = options;
  return {
    name,
    settings: { startupTrials, candidates, multivariate },
    check() {},
    suggest(history) {
      const { trials, dimensions } = history;
      const learnt = trials.filter(({ state }) => state === "complete" || state === "pruned");
      if (learnt.length < startupTrials) return nextSpreadPoint(history);
      const random = suggestionRandom(history, name);
      const tried = new Set(trials.map(({ point }) => keyOf(point, dimensions)));
      const groups = groupsOf(dimensions, multivariate);
      let point: Point = {};
      for (let draw = 0; draw < mostDraws; draw++) {
        // From fewer points each time: the likeliest of many is the same one again and again.
        const from = Math.max(1, candidates >> draw);
        point = drawnPoint(history, groups, from, random);
        if (!tried.has(keyOf(point, dimensions))) break;
      }
      return point;
    },
  };
}

/** How often a point is drawn anew that was tried before, which happens where nothing is a real number. */
const mostDraws = 30;

function keyOf(point: Point, dimensions: readonly Dimension[]): string {
  return JSON.stringify(dimensions.map(({ name }) => point[name] ?? null));
}

function drawnPoint(
  history: SearchHistory,
  groups: readonly (readonly Dimension[])[],
  candidates: number,
  random: Random,
): Point {
  const point: Record<string, number> = {};
  for (const group of groups) {
    if (isActive(group[0], point)) {
      Object.assign(point, likeliest(history, group, candidates, random));
    }
  }
  return point;
}

/** Dimensions that are active together, those of a choice's value after the choice. */
function groupsOf(dimensions: readonly Dimension[], multivariate: boolean): Dimension[][] {
  if (!multivariate) return dimensions.map((dimension) => [dimension]);
  const groups = new Map<string, Dimension[]>();
  for (const dimension of dimensions) {
    const { condition } = dimension;
    const key = condition === undefined ? "" : JSON.stringify([condition.name, condition.value]);
    groups.set(key, [...groups.get(key) ?? [], dimension]);
  }
  return [...groups.values()];
}

/** Of some points drawn where good ones lie, the one that is likeliest there beside elsewhere. */
function likeliest(
  history: SearchHistory,
  group: readonly Dimension[],
  candidates: number,
  random: Random,
): Point {
  const { trials } = history;
  const { good, weights, bad } = splitTrials(
    history,
    trials.filter(({ point }) => Object.hasOwn(point, group[0].name)),
  );
  const valuesOf = ({ point }: { point: Point }) => group.map(({ name }) => point[name]);
  const priorWeight = good.length === 0 ? 1 : mean(weights);
  const goodDensity = parzenEstimator(group, good.map(valuesOf), [...weights, priorWeight]);
  const badDensity = parzenEstimator(group, bad.map(valuesOf), [...bad.map(() => 1), 1]);
  let best: { readonly values: number[]; readonly ratio: number } | undefined;
  for (let candidate = 0; candidate < candidates; candidate++) {
    const values = goodDensity.sample(random);
    const ratio = goodDensity.logDensity(values) - badDensity.logDensity(values);
    if (best === undefined || ratio > best.ratio) best = { values, ratio };
  }
  return Object.fromEntries(group.map(({ name }, place) => [name, best!.values[place]]));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
