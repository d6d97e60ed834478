/**
 * CMA-ES.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { TunebookError } from "../../core/errors.ts";
import { positive, type Rules } from "../../core/option_rules.ts";
import { completeTrials, firstLoss, type SearchHistory } from "../history.ts";
import { type Dimension, type NumberDimension, pointFrom } from "../space/dimension.ts";
import { fromUnit, toUnit } from "../space/unit.ts";
import {
  cmaPoint,
  cmaPopulation,
  type CmaState,
  firstCmaState,
  updatedCmaState,
} from "./cma_es/cma_state.ts";
import { requireOneAim, type SearchSampler, suggestionRandom } from "./sampler.ts";

/** How CMA-ES begins. */
export interface CmaEsOptions {
  /** How far its first points lie from the middle, as a share of the range: 1/6 unless given. */
  readonly sigma?: number;
}

const rules: Rules<CmaEsOptions> = { sigma: positive };
const name = "cmaEs";
/** Draws until one lies inside the bounds; the last one is moved there. */
const mostDraws = 100;

/**
 * Moves and shapes a normal distribution towards good trials (Hansen 2016, "The CMA Evolution Strategy: A
 * Tutorial"). It learns from generations of 4 + 3 ln(parameters) trials, and is for hundreds of trials over
 * numbers that always have a value; choices, and numbers that only some of their values have, are drawn by
 * chance. Trials that are pending change nothing.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense; of kind `unsupported` in
 * `startSearch` for several aims, and for a space without numbers that always have a value.
 *
 * @example
 * ```ts
 * import { cmaEs, float, startSearch } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const space = { x: float(-5, 5), y: float(-5, 5) };
 * const search = startSearch(space, { better: "lower", sampler: cmaEs(), seed: 1 });
 * for (let trial = 0; trial < 200; trial++) {
 *   const { number, suggestion: { x, y } } = search.ask()!;
 *   search.tell(number, (x - 1) ** 2 + 10 * (y + x) ** 2);
 * }
 * assert.ok(search.best!.values[0] < 0.001);
 * ```
 */
export function cmaEs(options: CmaEsOptions = {}): SearchSampler {
  checkOptions("cmaEs", options, rules);
  const { sigma = 1 / 6 } = options;
  return {
    name,
    settings: { sigma },
    check(history) {
      requireOneAim("cmaEs", history);
      if (numbersOf(history).length > 0) return;
      throw new TunebookError(
        "unsupported",
        "cmaEs needs a number that always has a value, but this space has none; take tpe",
      );
    },
    suggest(history) {
      const numbers = numbersOf(history);
      const random = suggestionRandom(history, name);
      const pointOf = cmaPoint(stateOf(history, numbers, sigma));
      let units = pointOf(numbers.map(() => random.normal()));
      for (let draw = 1; draw < mostDraws && !units.every(isInside); draw++) {
        units = pointOf(numbers.map(() => random.normal()));
      }
      const unitOf = new Map<Dimension, number>(
        numbers.map((dimension, i) => [dimension, Math.min(1, Math.max(0, units[i]))]),
      );
      return pointFrom(
        history.dimensions,
        (dimension) => fromUnit(dimension, unitOf.get(dimension) ?? random.uniform()),
      );
    },
  };
}

const isInside = (unit: number) => unit >= 0 && unit <= 1;

function numbersOf({ dimensions }: SearchHistory): NumberDimension[] {
  return dimensions.filter((dimension): dimension is NumberDimension =>
    dimension.kind !== "choice" && dimension.condition === undefined
  );
}

/** What all whole generations have taught, in the order in which their trials ended. */
function stateOf(
  history: SearchHistory,
  numbers: readonly NumberDimension[],
  sigma: number,
): CmaState {
  const population = cmaPopulation(numbers.length);
  const solutions = completeTrials(history).map((trial) => ({
    at: numbers.map((dimension) => toUnit(dimension, trial.point[dimension.name])),
    loss: firstLoss(trial, history),
  }));
  let state = firstCmaState(numbers.map(() => 0.5), sigma);
  for (let from = 0; from + population <= solutions.length; from += population) {
    state = updatedCmaState(state, solutions.slice(from, from + population));
  }
  return state;
}
