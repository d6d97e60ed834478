/**
 * What the KL divergence to the reference costs while a model learns from rewards.
 *
 * @module
 */

/** Says what the divergence costs; it keeps nothing, so that a checkpoint needs only the weight. */
export interface KlController {
  /** The weight of the first step. */
  readonly initial: number;
  /**
   * The weight of the next step.
   *
   * @param weight the present one
   * @param divergence the mean KL divergence of the answers of a step, nats an answer
   * @param answers how many answers that were
   */
  next(weight: number, divergence: number, answers: number): number;
}

/** The same weight in every step. */
export function fixedKl(weight: number): KlController {
  return { initial: weight, next: (present) => present };
}

/** By how much of itself a weight may change in `horizon` answers, at most (Ziegler et al., section 2.2). */
const mostError = 0.2;

/**
 * A weight that rises while the divergence is above its target and falls while it is below: times
 * 1 + clip(divergence / target − 1, ±0.2) · answers / horizon (Ziegler et al., 2019, arXiv 1909.08593,
 * section 2.2).
 *
 * @param target nats an answer
 * @param horizon answers in which a weight changes by a fifth at most
 *
 * @example
 * ```ts
 * import { adaptiveKl } from "./kl_controller.ts";
 * import assert from "node:assert/strict";
 *
 * const controller = adaptiveKl({ initial: 0.2, target: 6, horizon: 1000 });
 * assert.equal(controller.next(0.2, 6, 100), 0.2);
 * assert.ok(controller.next(0.2, 60, 100) > 0.2); // by 2 %
 * ```
 */
export function adaptiveKl(
  { initial, target, horizon }: {
    readonly initial: number;
    readonly target: number;
    readonly horizon: number;
  },
): KlController {
  return {
    initial,
    next(weight, divergence, answers) {
      const error = Math.max(-mostError, Math.min(mostError, divergence / target - 1));
      return weight * (1 + error * answers / horizon);
    },
  };
}
