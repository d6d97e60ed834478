/**
 * Rejection sampling: a language model learns to write the best of its own answers.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { type Mistake, mistakeOf } from "../core/errors.ts";
import { finiteNumber, notNegative, type Rules, whole, wholeShare } from "../core/option_rules.ts";
import { answersObjective } from "./rollouts/answers_objective.ts";
import { keptLoss } from "./rollouts/kept_loss.ts";
import type { RolloutMethod } from "./rollouts/rollout_method.ts";
import { type RolloutTask, rolloutTask } from "./rollouts/rollout_task.ts";
import {
  samplingMistakes,
  type SamplingOptions,
  samplingRules,
  samplingSettings,
} from "./rollouts/sampling_options.ts";
import { keptOf, lessPenalty, meanOfSelected } from "./rollouts/selected_answers.ts";

/** What is asked, what judges the answers, and which of them are learned from. */
export interface RejectionSamplingOptions extends Omit<SamplingOptions, "maskTruncated"> {
  /** Answers to each prompt; 8 unless given. */
  readonly groupSize?: number;
  /** Keeps so many answers to each prompt; 1 unless `topShare` or `leastReward` is given. */
  readonly best?: number;
  /** Keeps this share of all answers of a step, those with the highest rewards whatever their prompts. */
  readonly topShare?: number;
  /** Keeps answers with at least this reward alone; all of them unless `best` or `topShare` is given. */
  readonly leastReward?: number;
  /** What is taken off the reward of an answer that was cut at `maxNewTokens`; 0 unless given. */
  readonly missingEndPenalty?: number;
}

const { maskTruncated: _, ...sampling } = samplingRules;
const rules: Rules<RejectionSamplingOptions> = {
  ...sampling,
  groupSize: whole,
  best: whole,
  topShare: wholeShare,
  leastReward: finiteNumber,
  missingEndPenalty: notNegative,
};

const defaultGroupSize = 8;

/**
 * Rejection sampling, or best-of-n fine-tuning (RAFT: Dong et al., 2023, arXiv 2304.06767): before each step the
 * model in training answers every prompt of the batch `groupSize` times; the answers that are kept are learned by
 * their cross-entropy, the mean over their tokens, as `textGeneration` learns texts. A step of which nothing is kept
 * moves nothing. Rows are those of `grpo`.
 *
 * Throws a `TunebookError` of kind "input" that lists all options which make no sense.
 *
 * @example
 * ```ts
 * import { rejectionSampling } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const short = ({ completionTokens }: { completionTokens: number }) => -completionTokens;
 * const task = rejectionSampling({ prompt: "question", rewards: { short }, groupSize: 4, best: 1 });
 * assert.equal(task.name, "rejection-sampling");
 * assert.throws(
 *   () => rejectionSampling({ prompt: "question", rewards: short, best: 1, topShare: 0.5 }),
 *   /best and topShare exclude each other/,
 * );
 * ```
 */
export function rejectionSampling(options: RejectionSamplingOptions): RolloutTask {
  checkOptions("rejectionSampling", options, rules, () => mistakesOf(options));
  return rolloutTask("rejection-sampling", options, rejectionSamplingMethod(options));
}

function mistakesOf(options: RejectionSamplingOptions): Mistake[] {
  const { groupSize = defaultGroupSize, best, topShare } = options;
  const wrong = samplingMistakes(options);
  if (best !== undefined && topShare !== undefined) {
    wrong.push(
      mistakeOf((nameOf) => `${nameOf("best")} and ${nameOf("topShare")} exclude each other`),
    );
  }
  if (best !== undefined && best > groupSize) {
    wrong.push(
      mistakeOf((nameOf) => `${nameOf("best")} is ${best}, of ${groupSize} answers to a prompt`),
    );
  }
  return wrong;
}

/** How such options learn; they were checked. */
export function rejectionSamplingMethod(options: RejectionSamplingOptions): RolloutMethod {
  const { groupSize = defaultGroupSize, topShare, leastReward } = options;
  const { temperature = 1, missingEndPenalty = 0, measureDivergence = false } = options;
  const isByPrompt = topShare === undefined && leastReward === undefined;
  const { best = isByPrompt ? 1 : undefined } = options;
  return {
    ...samplingSettings({ ...options, groupSize }),
    loss: keptLoss,
    objective: (asked) => answersObjective(keptLoss, asked),
    temperature,
    mostLearned: best ?? groupSize,
    learnsFromEqual: true,
    asksReference: measureDivergence,
    learning: {
      by: "answer",
      advantages: (rewards, _, answers) =>
        keptOf(lessPenalty(rewards, answers, missingEndPenalty), groupSize, {
          ...{ best, topShare, leastReward },
        }),
    },
    figures: ({ rewards, advantages }) => ({
      "reward of kept answers": { mean: meanOfSelected(rewards, advantages, 1) },
    }),
  };
}
