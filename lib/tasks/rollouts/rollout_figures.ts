/**
 * What the answers of a rollout were like, in numbers.
 *
 * @module
 */
import type { SampledAnswer } from "../../nn/rollout.ts";
import type { JudgedSamples } from "../../nn/reward.ts";
import { deviationOf, groupsOf, meanOf } from "./advantages.ts";
import type { RatioFigures } from "./ratio_watch.ts";
import type { StepFigures } from "./rollout_record.ts";

/** A rollout that was judged. */
export interface JudgedRollout {
  /** All answers, group after group. */
  readonly answers: readonly SampledAnswer[];
  readonly groupSize: number;
  readonly judged: JudgedSamples;
  /** The weighted sum of each answer's rewards; NaN where none applies. */
  readonly rewards: readonly number[];
  /** Nats of KL divergence to the reference by token, where it was asked. */
  readonly divergence?: number;
}

/** Rewards of a group that differ by less are equal. */
const leastSpread = 1e-8;

/** The share of groups whose answers all have the same reward, from which nothing is learned. */
export function withoutSpread(rewards: readonly number[], groupSize: number): number {
  const groups = groupsOf(rewards, groupSize);
  const equal = groups.filter((group) => !(deviationOf(group) > leastSpread));
  return equal.length / groups.length;
}

/** The mean entropy of all tokens, in nats. */
export function meanEntropy(answers: readonly SampledAnswer[]): number {
  return meanOf(answers.flatMap(({ entropies }) => [...entropies]));
}

/** The figures of a step, as its record has them. */
export function stepFigures(
  { answers, groupSize, judged, rewards, divergence }: JudgedRollout,
  ratio: RatioFigures,
): StepFigures {
  const known = rewards.filter((reward) => !Number.isNaN(reward));
  const names = Object.keys(judged.statistics);
  const each = (of: "mean" | "standardDeviation") =>
    names.length < 2
      ? {}
      : Object.fromEntries(names.map((name) => [name, judged.statistics[name][of] ?? NaN]));
  return {
    reward: { all: meanOf(known), ...each("mean") },
    "reward deviation": { all: deviationOf(known), ...each("standardDeviation") },
    "tokens of an answer": { mean: meanOf(answers.map(({ tokens }) => tokens.length)) },
    "share of": {
      "answers cut": meanOf(answers.map(({ finished }) => finished ? 0 : 1)),
      "groups without spread": withoutSpread(rewards, groupSize),
      "ratios clipped": ratio.clipped,
    },
    entropy: { nats: meanEntropy(answers) },
    ...(divergence === undefined ? {} : { "divergence from the reference": { nats: divergence } }),
    ratio: { mean: ratio.mean },
  };
}
