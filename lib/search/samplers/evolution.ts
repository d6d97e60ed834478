/**
 * Regularised evolution.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { optionMistake } from "../../core/errors.ts";
import { type Rules, whole } from "../../core/option_rules.ts";
import type { Random } from "../../core/random.ts";
import { completeTrials, firstLoss } from "../history.ts";
import type { Dimension } from "../space/dimension.ts";
import { fromUnit, toUnit } from "../space/unit.ts";
import { mutatedPoint, otherChoice } from "./mutate.ts";
import { evenPoint, requireOneAim, type SearchSampler, suggestionRandom } from "./sampler.ts";

/** How evolution selects. */
export interface EvolutionOptions {
  /** How many of the last trials are alive: 20 unless given. */
  readonly population?: number;
  /** How many of them are drawn, the best of which has a child: 5 unless given. */
  readonly sample?: number;
}

const rules: Rules<EvolutionOptions> = { population: whole, sample: whole };
const name = "evolution";
/** How far a number moves, as a share of its range. */
const step = 0.1;

/**
 * Regularised evolution (Real et al. 2019, "Regularized Evolution for Image Classifier Architecture
 * Search"): the oldest dies, not the worst. The first trials are drawn by chance; then each is the best of
 * a few that are alive, with one parameter changed: a choice takes another value, a number moves by a tenth
 * of its range. It suits spaces of many choices, such as architectures, and many trials at once.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense; of kind `unsupported` in
 * `startSearch` for several aims.
 *
 * @example
 * ```ts
 * import { choice, evolution, startSearch } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const kept = Array.from({ length: 8 }, () => choice(true, false));
 * const search = startSearch({ kept }, { better: "higher", sampler: evolution(), seed: 1 });
 * for (let trial = 0; trial < 100; trial++) {
 *   const { number, suggestion: { kept } } = search.ask()!;
 *   search.tell(number, kept.filter((each) => each).length);
 * }
 * assert.equal(search.best!.values[0], 8);
 * ```
 */
export function evolution(options: EvolutionOptions = {}): SearchSampler {
  checkOptions("evolution", options, rules, () => {
    const { population = 20, sample = 5 } = options;
    return sample > population
      ? [optionMistake("sample", `is ${sample}, more than population, ${population}`)]
      : [];
  });
  const { population = 20, sample = 5 } = options;
  return {
    name,
    settings: { population, sample },
    check: (history) => requireOneAim("evolution", history),
    suggest(history) {
      const random = suggestionRandom(history, name);
      const alive = completeTrials(history).slice(-population);
      if (alive.length < population) return evenPoint(history, random);
      const parent = random.shuffle(alive).slice(0, sample)
        .reduce((a, b) => firstLoss(b, history) < firstLoss(a, history) ? b : a);
      const names = Object.keys(parent.point);
      const mutated = names[random.integer(names.length)];
      return mutatedPoint(
        history.dimensions,
        parent.point,
        (dimension) => dimension.name === mutated,
        (dimension, value) => moved(dimension, value, random),
        random,
      );
    },
  };
}

function moved(dimension: Dimension, value: number, random: Random): number {
  if (dimension.kind === "choice") return otherChoice(dimension.count, value, random);
  const unit = toUnit(dimension, value) + step * random.normal();
  const next = fromUnit(dimension, Math.min(1, Math.max(0, unit)));
  if (next !== value || dimension.step === 0) return next;
  // A whole number that did not move takes a neighbour.
  const neighbours = [value - dimension.step, value + dimension.step]
    .filter((each) => each >= dimension.low && each <= dimension.high);
  return neighbours[random.integer(neighbours.length)] ?? value;
}
