/**
 * What the answers of a rollout were like, in numbers.
 *
 * @module
 */
import type { PolicyAnswer } from "../../nn/rollout.ts";
import type { JudgedSamples } from "../../nn/reward.ts";
import { deviationOf, groupsOf, meanOfKnown } from "./advantages.ts";
import type { RatioFigures } from "./ratio_watch.ts";
import type { StepFigures } from "./rollout_record.ts";
import type { ValueFigures } from "./value_watch.ts";

/** A rollout that was judged. */
export interface JudgedRollout {
  /** All answers, group after group. */
  readonly answers: readonly PolicyAnswer[];
  /** Answers that are compared with each other; absent where a value function takes the place of others. */
  readonly groupSize?: number;
  readonly judged: JudgedSamples;
  /** The weighted sum of each answer's rewards; NaN where none applies. */
  readonly rewards: readonly number[];
  /** Nats of KL divergence to the reference by token, where it was asked. */
  readonly divergence?: number;
  /** What the method itself says of it. */
  readonly own?: StepFigures | undefined;
}

/** What an update of the model saw. */
export interface UpdateFigures {
  readonly ratio: RatioFigures;
  /** Where there is a value function. */
  readonly values?: ValueFigures;
}

/** Rewards of a group that differ by less are equal. */
export const leastSpread = 1e-8;

/**
 * The share of groups whose answers all have the same reward, from which nothing is learned; all answers are a group
 * where none are compared.
 */
export function withoutSpread(rewards: readonly number[], groupSize = rewards.length): number {
  const groups = groupsOf(rewards, groupSize);
  const equal = groups.filter((group) => !(deviationOf(group) > leastSpread));
  return equal.length / groups.length;
}

/** The mean entropy of all tokens, in nats. */
export function meanEntropy(answers: readonly PolicyAnswer[]): number {
  return meanOfKnown(answers.flatMap(({ entropies }) => [...entropies]));
}

/** The series of the share of ratios whose gradient was cut. */
const clippedSeries = "ratios clipped";

/** The figures of a step, as its record has them: what matters most comes first. */
export function stepFigures(
  { answers, groupSize, judged, rewards, divergence, own }: JudgedRollout,
  update: UpdateFigures,
): StepFigures {
  const known = rewards.filter((reward) => !Number.isNaN(reward));
  const names = Object.keys(judged.statistics);
  const each = (of: "mean" | "standardDeviation") =>
    Object.fromEntries(names.map((name) => [name, judged.statistics[name][of] ?? NaN]));
  const { ratio, [clippedSeries]: clipped, ...ofValues } = updateFigures(update);
  return {
    reward: { mean: meanOfKnown(known) },
    ...own,
    ratio,
    entropy: { nats: meanEntropy(answers) },
    "tokens of an answer": { mean: meanOfKnown(answers.map(({ tokens }) => tokens.length)) },
    ...(divergence === undefined ? {} : { "divergence from the reference": { nats: divergence } }),
    ...ofValues,
    "answers cut": { share: meanOfKnown(answers.map(({ finished }) => finished ? 0 : 1)) },
    ...(groupSize === undefined
      ? {}
      : { "groups without spread": { share: withoutSpread(rewards, groupSize) } }),
    ...(clipped ? { [clippedSeries]: clipped } : {}),
    "deviation of the reward": { all: deviationOf(known) },
    ...(names.length > 1
      ? { "each reward": each("mean"), "deviation of each reward": each("standardDeviation") }
      : {}),
  };
}

/** The figures of a rollout in a further step that learns from it. */
export function withUpdate(figures: StepFigures, update: UpdateFigures): StepFigures {
  return { ...figures, ...updateFigures(update) };
}

function updateFigures({ ratio, values }: UpdateFigures): StepFigures {
  return {
    ratio: { mean: ratio.mean },
    ...(ratio.clipped === undefined ? {} : { [clippedSeries]: { share: ratio.clipped } }),
    ...(values
      ? { "value loss": { mean: values.loss }, "explained variance": { share: values.explained } }
      : {}),
  };
}

/** Steps whose rewards are compared, at the start and at the end. */
const compared = 5;

/**
 * A training by rewards in a line: the mean reward of its first and of its last steps, how far the probabilities of
 * the training were from those of the sampler, and how many steps had nothing to learn from.
 */
export function describeRecord(
  steps: readonly StepFigures[],
  farthest: number,
  empty = 0,
): string {
  if (steps.length === 0) return "no rollout was made";
  const count = Math.min(compared, Math.ceil(steps.length / 2));
  const meanReward = (some: readonly StepFigures[]) =>
    meanOfKnown(some.map(({ reward }) => reward.mean)).toPrecision(3);
  const [first, last] = [steps.slice(0, count), steps.slice(-count)].map(meanReward);
  const of = count === 1 ? "step" : `${count} steps`;
  return `reward ${first} in the first ${of}, ${last} in the last; ratio before an update ` +
    `${(1 + farthest).toFixed(4)} at the farthest token` +
    (empty > 0 ? `; nothing was learned in ${empty} of ${steps.length} steps` : "");
}
