/**
 * The reward of an answer → rewards of its tokens, with what it costs to go away from the reference.
 *
 * @module
 */

/** Which estimate of the KL divergence a token pays: the plain difference, or Schulman's that is never negative. */
export type KlEstimator = "k1" | "k3";

/** A sampled answer with its score. */
export interface ScoredAnswer {
  /** The sum of its rewards. */
  readonly score: number;
  /** Of each token under the policy that sampled it, natural logarithms. */
  readonly logProbs: ArrayLike<number>;
  /** Of each token under the reference. */
  readonly referenceLogProbs: ArrayLike<number>;
}

/**
 * −weight · KL for each token, and the score with the last one (Ziegler et al., 2019, arXiv 1909.08593, equation
 * 2), [tokens]. The estimates are those of http://joschu.net/blog/kl-approx.html.
 *
 * @example
 * ```ts
 * import { tokenRewards } from "./token_rewards.ts";
 * import assert from "node:assert/strict";
 *
 * const answer = { score: 1, logProbs: [-1, -2], referenceLogProbs: [-2, -2] };
 * assert.deepEqual(tokenRewards(answer, { klWeight: 0.1, estimator: "k1" }), [-0.1, 1]);
 * ```
 */
export function tokenRewards(
  { score, logProbs, referenceLogProbs }: ScoredAnswer,
  { klWeight, estimator }: { readonly klWeight: number; readonly estimator: KlEstimator },
): number[] {
  const rewards = Array.from(logProbs, (logProb, token) => {
    const apart = referenceLogProbs[token] - logProb;
    const divergence = estimator === "k1" ? -apart : Math.expm1(apart) - apart;
    return 0 - klWeight * divergence; // 0, and not −0, where they agree
  });
  rewards[rewards.length - 1] += score;
  return rewards;
}
