/**
 * Judged answers with what a value function expected of them → what is learned of each token.
 *
 * @module
 */
import {
  generalizedAdvantages,
  type GeneralizedAdvantagesOptions,
  whitened,
} from "./generalized_advantages.ts";
import type { TokenEstimates } from "./learned_answer.ts";
import { type KlEstimator, type ScoredAnswer, tokenRewards } from "./token_rewards.ts";

/** How rewards become advantages. */
export interface EstimateOptions extends GeneralizedAdvantagesOptions {
  /** By which estimate tokens pay for their divergence. */
  readonly estimator: KlEstimator;
  /** Rewards of tokens over their deviation in the rollout, their mean kept. */
  readonly whitenRewards: boolean;
  /** Advantages of tokens less their mean and over their deviation in the rollout. */
  readonly whitenAdvantages: boolean;
}

/** A judged answer. */
export interface ValuedAnswer extends ScoredAnswer {
  /** What was expected before each token, [tokens]. */
  readonly values: Float32Array;
  /** False for an answer that the loss leaves out: nothing is learned of its tokens. */
  readonly counts: boolean;
}

/** Advantages and returns of all answers of a rollout. */
export function tokenEstimates(
  answers: readonly ValuedAnswer[],
  { klWeight, whitenRewards, whitenAdvantages, ...how }: EstimateOptions & {
    readonly klWeight: number;
  },
): TokenEstimates[] {
  const counted = answers.filter(({ counts }) => counts);
  const plain = counted.map((answer) => tokenRewards(answer, { ...how, klWeight }));
  const rewards = whitenRewards ? whitened(plain, { keepMean: true }) : plain;
  const found = counted.map(({ values }, at) => generalizedAdvantages(rewards[at], values, how));
  const gains = found.map(({ advantages }) => advantages);
  const advantages = whitenAdvantages ? whitened(gains) : gains;
  const places = new Map(counted.map((answer, at) => [answer, at]));
  return answers.map((answer): TokenEstimates => {
    const at = places.get(answer);
    const { values: oldValues } = answer;
    if (at === undefined) {
      return { oldValues, advantages: new Float32Array(oldValues.length), returns: oldValues };
    }
    return {
      oldValues,
      advantages: Float32Array.from(advantages[at]),
      returns: Float32Array.from(found[at].returns),
    };
  });
}
