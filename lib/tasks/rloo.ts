/**
 * RLOO: a language model learns from rewards of its own answers, each compared with the others to its prompt.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { type Rules, yesOrNo } from "../core/option_rules.ts";
import { leaveOneOutAdvantages } from "./rollouts/advantages.ts";
import { type PolicyLoss, policyObjective } from "./rollouts/policy_objective.ts";
import type { PolicyMethod } from "./rollouts/rollout_method.ts";
import { type RolloutTask, rolloutTask } from "./rollouts/rollout_task.ts";
import {
  clipRules,
  samplingMistakes,
  type SamplingOptions,
  samplingRules,
  samplingSettings,
} from "./rollouts/sampling_options.ts";

/** What is asked, what judges the answers, and how they are learned from. */
export interface RlooOptions extends SamplingOptions {
  /** Advantages less their mean in the batch, over their deviation; false unless given. */
  readonly normalizeAdvantages?: boolean;
  /** How far the ratio of an answer's probabilities may fall before its gradient is cut; 0.2 unless given. */
  readonly epsilonLow?: number;
  /** How far it may rise; as `epsilonLow` unless given. */
  readonly epsilonHigh?: number;
  /**
   * What is taken off the reward of an answer for each nat by which it is likelier than before the training;
   * 0.05 unless given.
   */
  readonly beta?: number;
}

const rules: Rules<RlooOptions> = { ...samplingRules, ...clipRules, normalizeAdvantages: yesOrNo };

/**
 * REINFORCE leave-one-out (Ahmadian et al., "Back to Basics", 2024, arXiv 2402.14740), as TRL computes it: an
 * answer becomes likelier as a whole by as much as its reward is above the mean of the other answers to its
 * prompt; the divergence from the model before the training is taken off the reward. Rows are those of `grpo`.
 *
 * Throws a `TunebookError` of kind "input" that lists all options which make no sense.
 *
 * @example
 * ```ts
 * import { rloo } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const polite = ({ completion }: { completion: string }) => /please/.test(completion) ? 1 : 0;
 * assert.equal(rloo({ prompt: "question", rewards: { polite } }).name, "rloo");
 * assert.throws(() => rloo({ prompt: "question", rewards: polite, groupSize: 1 }), /groupSize is 1/);
 * ```
 */
export function rloo(options: RlooOptions): RolloutTask {
  checkOptions("rloo", options, rules, () => samplingMistakes(options));
  return rolloutTask("rloo", options, rlooMethod(options));
}

/** How such options learn; they were checked. */
export function rlooMethod(options: RlooOptions): PolicyMethod {
  const { beta = 0.05, measureDivergence = false, normalizeAdvantages = false } = options;
  const { temperature = 1, epsilonLow = 0.2, epsilonHigh = epsilonLow } = options;
  const settings = samplingSettings(options);
  const { groupSize } = settings;
  const loss: PolicyLoss = {
    name: "rloo",
    ...{ temperature, epsilonLow, epsilonHigh },
    beta: 0,
    ratio: "sum",
    tokenWeight: () => 1,
    answerWeight: () => 1,
  };
  return {
    ...settings,
    loss,
    objective: (asked) => policyObjective(loss, asked),
    asksReference: beta > 0 || measureDivergence,
    learning: {
      by: "answer",
      advantages(rewards, divergences) {
        const less = rewards.map((reward, at) => reward - beta * (divergences?.[at] ?? 0));
        return leaveOneOutAdvantages(less, { groupSize, normalized: normalizeAdvantages });
      },
    },
  };
}
