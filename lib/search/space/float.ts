/**
 * A number that a search varies.
 *
 * @module
 */
import { checkOptions, refuseOptions } from "../../core/check_options.ts";
import { type Mistake, optionMistake } from "../../core/errors.ts";
import { type Rules, yesOrNo } from "../../core/option_rules.ts";
import { shownValue } from "../../core/shown_value.ts";
import { type FloatParameter, suggests } from "./parameter.ts";

/** How a number varies. */
export interface FloatOptions {
  /** Whether ratios count instead of differences, as for learning rates: false unless given. */
  readonly log?: boolean;
}

const rules: Rules<FloatOptions> = { log: yesOrNo };

/**
 * A number from `low` to `high`, both included.
 *
 * @throws {TunebookError} of kind `input` for bounds or options that make no sense.
 *
 * @example
 * ```ts
 * import { float, randomSearch, startSearch } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const space = { learningRate: float(1e-5, 1e-2, { log: true }) };
 * const search = startSearch(space, { better: "higher", sampler: randomSearch(), seed: 1 });
 * const { learningRate } = search.ask()!.suggestion;
 * assert.ok(learningRate >= 1e-5 && learningRate <= 1e-2);
 * ```
 */
export function float(low: number, high: number, options: FloatOptions = {}): FloatParameter {
  checkOptions("float", options, rules);
  const { log = false } = options;
  refuseOptions("float", boundMistakes(low, high, log));
  return Object.freeze({ [suggests]: undefined as never, kind: "float", low, high, log });
}

function boundMistakes(low: number, high: number, log: boolean): Mistake[] {
  const wrong = Object.entries({ low, high })
    .filter(([, value]) => !Number.isFinite(value))
    .map(([name, value]) => optionMistake(name, `is ${shownValue(value)}, no finite number`));
  if (wrong.length > 0) return wrong;
  if (low > high) return [optionMistake("low", `is ${low}, more than high, ${high}`)];
  if (!Number.isFinite(high - low)) return [optionMistake("high", `is ${high}, too far from low`)];
  return log && low <= 0 ? [optionMistake("low", `is ${low}, but with log above 0`)] : [];
}
