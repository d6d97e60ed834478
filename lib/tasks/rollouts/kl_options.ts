/**
 * What the KL divergence to the reference costs, as options.
 *
 * @module
 */
import { optionMistakes } from "../../core/check_options.ts";
import { type Mistake, optionMistake } from "../../core/errors.ts";
import { isRecord } from "../../core/objects.ts";
import { notNegative, oneOf, positive, type Rules } from "../../core/option_rules.ts";
import { adaptiveKl, fixedKl, type KlController } from "./kl_controller.ts";
import type { KlEstimator } from "./token_rewards.ts";

/** What each nat of divergence from the model before the training takes off a token's reward. */
export interface KlOptions {
  /** Of the first rollout, and of all without a `target`; 0.05 unless given. 0 asks no reference. */
  readonly weight?: number;
  /** Nats an answer; the weight rises while answers diverge by more, and falls while they do by less. */
  readonly target?: number;
  /** Answers in which the weight changes by a fifth at most; 10,000 unless given. Goes with `target`. */
  readonly horizon?: number;
  /**
   * `k1` (unless given): log π − log π_ref of each token; `k3`: Schulman's estimate, which is never negative
   * (http://joschu.net/blog/kl-approx.html).
   */
  readonly estimator?: KlEstimator;
}

const rules: Rules<KlOptions> = {
  weight: notNegative,
  target: positive,
  horizon: positive,
  estimator: oneOf(["k1", "k3"]),
};

const initialWeight = 0.05;
const usualHorizon = 10_000;

/** Mistakes, told as those of `kl.weight` and so on. */
export function klMistakes(kl: unknown): Mistake[] {
  if (!isRecord(kl)) return [];
  const own = optionMistakes(kl, rules).map(({ option, told }): Mistake => ({
    ...(option === undefined ? {} : { option: `kl.${option}` }),
    told: (nameOf) => told((name) => nameOf(`kl.${name}`)),
  }));
  if (own.length > 0) return own;
  const { weight = initialWeight, target, horizon } = kl as KlOptions;
  return [
    ...(target === undefined && horizon !== undefined
      ? [
        optionMistake("kl.horizon", "says how fast the weight follows a target, but there is none"),
      ]
      : []),
    ...(target !== undefined && weight === 0
      ? [optionMistake("kl.weight", "is 0, which no target makes more; give one above 0")]
      : []),
  ];
}

/** The controller that such options ask for; they were checked. */
export function klController({ weight = initialWeight, target, horizon }: KlOptions): KlController {
  return target === undefined
    ? fixedKl(weight)
    : adaptiveKl({ initial: weight, target, horizon: horizon ?? usualHorizon });
}
