/**
 * Rewards and values of the steps of an answer → how much better each token is than what was expected.
 *
 * @module
 */

/** How far advantages look ahead. */
export interface GeneralizedAdvantagesOptions {
  /** What a reward counts one step earlier, in [0, 1]. */
  readonly gamma: number;
  /** From 0, which trusts the values, to 1, which trusts the rewards. */
  readonly lambda: number;
}

/** What PPO learns from an answer, one number for each step. */
export interface AdvantagesAndReturns {
  readonly advantages: number[];
  /** What the values should have been. */
  readonly returns: number[];
}

/**
 * Generalised advantage estimation (Schulman et al., 2016, arXiv 1506.02438): the sum of the errors
 * r + γ·V(next) − V of all later steps, each step further away counted γλ times less. Behind the last step
 * nothing is expected.
 *
 * @param rewards of the steps of one answer
 * @param values what was expected in each step, before it
 *
 * @example
 * ```ts
 * import { generalizedAdvantages } from "./generalized_advantages.ts";
 * import assert from "node:assert/strict";
 *
 * const { advantages, returns } = generalizedAdvantages([0, 1], [0.5, 0.5], { gamma: 1, lambda: 0.5 });
 * assert.deepEqual(advantages, [0.25, 0.5]);
 * assert.deepEqual(returns, [0.75, 1]);
 * ```
 */
export function generalizedAdvantages(
  rewards: ArrayLike<number>,
  values: ArrayLike<number>,
  { gamma, lambda }: GeneralizedAdvantagesOptions,
): AdvantagesAndReturns {
  const advantages = new Array<number>(rewards.length);
  let later = 0;
  for (let step = rewards.length - 1; step >= 0; step--) {
    const next = step + 1 < rewards.length ? values[step + 1] : 0;
    later = rewards[step] + gamma * next - values[step] + gamma * lambda * later;
    advantages[step] = later;
  }
  return { advantages, returns: advantages.map((each, step) => each + values[step]) };
}

/** Keeps numbers that are all the same from dividing by 0; TRL's. */
const leastVariance = 1e-8;

/**
 * The numbers of all answers together with mean 0 and variance 1 (of a sample); with `keepMean` the mean
 * stays. Fewer than two numbers have no variance and become 0, or stay.
 *
 * @example
 * ```ts
 * import { whitened } from "./generalized_advantages.ts";
 * import assert from "node:assert/strict";
 *
 * const [[first], [second, third]] = whitened([[1], [2, 3]]);
 * assert.ok(Math.abs(first + 1) < 1e-6 && Math.abs(second) < 1e-6 && Math.abs(third - 1) < 1e-6);
 * ```
 */
export function whitened(
  answers: readonly (readonly number[])[],
  { keepMean = false }: { readonly keepMean?: boolean } = {},
): number[][] {
  const all = answers.flat();
  const mean = all.reduce((sum, each) => sum + each, 0) / all.length;
  const squares = all.reduce((sum, each) => sum + (each - mean) ** 2, 0);
  const variance = all.length > 1 ? squares / (all.length - 1) : 0;
  const scale = 1 / Math.sqrt(variance + leastVariance);
  return answers.map((answer) =>
    answer.map((each) => (each - mean) * scale + (keepMean ? mean : 0))
  );
}
