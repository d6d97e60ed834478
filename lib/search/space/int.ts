/**
 * A whole number that a search varies.
 *
 * @module
 */
import { checkOptions, refuseOptions } from "../../core/check_options.ts";
import { type Mistake, optionMistake } from "../../core/errors.ts";
import { type Rules, whole, yesOrNo } from "../../core/option_rules.ts";
import { shownValue } from "../../core/shown_value.ts";
import { type IntParameter, suggests } from "./parameter.ts";

/** How a whole number varies. */
export interface IntOptions {
  /** Whether ratios count instead of differences, as for ranks: false unless given. */
  readonly log?: boolean;
  /** The distance of two neighbours: 1 unless given. Not together with `log`. */
  readonly step?: number;
}

const rules: Rules<IntOptions> = { log: yesOrNo, step: whole };

/**
 * A whole number from `low` to `high`, both included; with a step, the last one at or below `high`.
 *
 * @throws {TunebookError} of kind `input` for bounds or options that make no sense.
 *
 * @example
 * ```ts
 * import { int, randomSearch, startSearch } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const space = { rank: int(2, 64, { log: true }), layers: int(2, 12, { step: 2 }) };
 * const search = startSearch(space, { better: "higher", sampler: randomSearch(), seed: 1 });
 * const { rank, layers } = search.ask()!.suggestion;
 * assert.ok(rank >= 2 && rank <= 64 && layers % 2 === 0);
 * ```
 */
export function int(low: number, high: number, options: IntOptions = {}): IntParameter {
  checkOptions("int", options, rules, () => {
    const { log = false, step = 1 } = options;
    return log === true && step !== 1 ? [optionMistake("step", "does not go with log")] : [];
  });
  const { log = false, step = 1 } = options;
  refuseOptions("int", boundMistakes(low, high, log));
  const last = low + Math.floor((high - low) / step) * step;
  return Object.freeze({ [suggests]: undefined as never, kind: "int", low, high: last, step, log });
}

function boundMistakes(low: number, high: number, log: boolean): Mistake[] {
  const wrong = Object.entries({ low, high })
    .filter(([, value]) => !Number.isSafeInteger(value))
    .map(([name, value]) => optionMistake(name, `is ${shownValue(value)}, no whole number`));
  if (wrong.length > 0) return wrong;
  if (low > high) return [optionMistake("low", `is ${low}, more than high, ${high}`)];
  return log && low < 1 ? [optionMistake("low", `is ${low}, but with log at least 1`)] : [];
}
