/**
 * The optimizers by name: one line each.
 *
 * @module
 */
import { type Mistake, optionMistake } from "../../core/errors.ts";
import { adafactor } from "./adafactor.ts";
import { adamw } from "./adamw.ts";
import { lion } from "./lion.ts";
import type { OptimizerOptions, OptimizerRule } from "./optimizer_rule.ts";
import { sgd } from "./sgd.ts";

/** How parameters are moved along their gradients. */
export type OptimizerName = "adamw" | "adafactor" | "lion" | "sgd";

/** Every optimizer by the name that a plan gives it. */
export const optimizers: Readonly<Record<OptimizerName, OptimizerRule>> = {
  adamw,
  adafactor,
  lion,
  sgd,
};

/** The optimizers' names. */
export const optimizerNames = Object.keys(optimizers) as readonly OptimizerName[];

/** The optimizer of that name. */
export function optimizerNamed(name: OptimizerName): OptimizerRule {
  return optimizers[name];
}

/** The given settings that the optimizer does not read, one line each. */
export function optimizerMistakes(name: OptimizerName, given: OptimizerOptions): Mistake[] {
  if (!Object.hasOwn(optimizers, name)) return [];
  const names = ["beta1", "beta2", "epsilon", "momentum", "nesterov"] as const;
  return names.filter((option) => given[option] !== undefined).flatMap((option) => {
    if (optimizerNamed(name).options.includes(option)) return [];
    const readers = optimizerNames.filter((each) => optimizerNamed(each).options.includes(option));
    return [
      optionMistake(option, `says nothing to the optimizer ${name}, only to ${readers.join(", ")}`),
    ];
  });
}
