/**
 * Rewards of sampled answers → which of them are learned from.
 *
 * @module
 */
import type { PolicyAnswer } from "../../nn/rollout.ts";
import { groupsOf, meanOfKnown } from "./advantages.ts";
import { leastSpread } from "./rollout_figures.ts";

/** Of each group the answer with the highest reward, 1, and the one with the lowest, −1; 0 of all others. */
export function bestAndWorst(rewards: readonly number[], groupSize: number): number[] {
  return groupsOf(rewards, groupSize).flatMap((group) => {
    const known = group.filter((reward) => !Number.isNaN(reward));
    const [most, least] = [Math.max(...known), Math.min(...known)];
    const selected = Array<number>(groupSize).fill(0);
    if (!(most - least > leastSpread)) return selected;
    selected[group.indexOf(most)] = 1;
    selected[group.indexOf(least)] = -1;
    return selected;
  });
}

/** The rewards less a penalty where the model did not end its answer. */
export function lessPenalty(
  rewards: readonly number[],
  answers: readonly Pick<PolicyAnswer, "finished">[],
  missingEndPenalty: number,
): number[] {
  return rewards.map((reward, at) => answers[at].finished ? reward : reward - missingEndPenalty);
}

/** The mean of the numbers of the answers with this advantage; NaN where there is none. */
export function meanOfSelected(
  values: readonly number[],
  advantages: readonly number[],
  advantage: number,
): number {
  return meanOfKnown(values.filter((_, at) => advantages[at] === advantage));
}

/** Which answers are kept. */
export interface KeepOptions {
  /** So many of each group, those with the highest rewards. */
  readonly best?: number | undefined;
  /** This share of all answers of a step, those with the highest rewards. */
  readonly topShare?: number | undefined;
  /** Only answers with at least this reward. */
  readonly leastReward?: number | undefined;
}

/** 1 for the answers that are kept, 0 for the others; of equal rewards the first ones are kept. */
export function keptOf(
  rewards: readonly number[],
  groupSize: number,
  { best, topShare, leastReward = -Infinity }: KeepOptions,
): number[] {
  const known = (at: number) => rewards[at] >= leastReward; // NaN is not
  const answers = [...rewards.keys()];
  const highest = (some: readonly number[], count: number) =>
    some.filter(known).sort((a, b) => rewards[b] - rewards[a] || a - b).slice(0, count);
  const kept = new Set(
    best === undefined
      ? highest(answers, Math.ceil((topShare ?? 1) * answers.length))
      : groupsOf(answers, groupSize).flatMap((group) => highest(group, best)),
  );
  return answers.map((at) => kept.has(at) ? 1 : 0);
}
