/**
 * PPO: a language model learns from rewards of its own answers, token by token, beside a value function that learns
 * what to expect.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import {
  notNegative,
  positive,
  record,
  type Rule,
  type Rules,
  whole,
  wholeShare,
  yesOrNo,
} from "../core/option_rules.ts";
import { klController, klMistakes, type KlOptions } from "./rollouts/kl_options.ts";
import type { PolicyLoss } from "./rollouts/policy_objective.ts";
import { ppoObjective } from "./rollouts/ppo_objective.ts";
import type { PolicyMethod } from "./rollouts/rollout_method.ts";
import { type RolloutTask, rolloutTask } from "./rollouts/rollout_task.ts";
import {
  samplingMistakes,
  type SamplingOptions,
  samplingRules,
  samplingSettings,
} from "./rollouts/sampling_options.ts";

/** What is asked, what judges the answers, and how they are learned from. */
export interface PpoOptions extends SamplingOptions {
  /** Answers to each prompt; 1 unless given, since answers are not compared with each other. */
  readonly groupSize?: number;
  /** Optimiser steps that learn from the same answers (TRL's `ppo_epochs`); 4 unless given. */
  readonly updates?: number;
  /** What a reward counts one token earlier, in [0, 1]; 1 unless given. */
  readonly gamma?: number;
  /** How advantages are estimated: from 0, which trusts the values, to 1, which trusts the rewards; 0.95 unless given. */
  readonly lambda?: number;
  /** How far a token's ratio of probabilities may go from 1 before its gradient is cut; 0.2 unless given. */
  readonly clip?: number;
  /** How far a value may go from what it was when the answers were sampled; 0.2 unless given. */
  readonly valueClip?: number;
  /** What the loss of the values counts beside the policy's; 0.1 unless given. */
  readonly valueWeight?: number;
  /** What the divergence from the model before the training costs; a weight of 0.05 unless given. */
  readonly kl?: KlOptions;
  /** Advantages of tokens less their mean and over their deviation in the rollout; true unless given. */
  readonly whitenAdvantages?: boolean;
  /** Rewards of tokens over their deviation in the rollout, before advantages are estimated; false unless given. */
  readonly whitenRewards?: boolean;
}

const fromNoneToAll: Rule = [
  "a number in [0, 1]",
  (value) => typeof value === "number" && value >= 0 && value <= 1,
];

const rules: Rules<PpoOptions> = {
  ...samplingRules,
  groupSize: whole,
  gamma: fromNoneToAll,
  lambda: fromNoneToAll,
  clip: wholeShare,
  valueClip: positive,
  valueWeight: notNegative,
  kl: record,
  whitenAdvantages: yesOrNo,
  whitenRewards: yesOrNo,
};

/**
 * Proximal policy optimisation (Schulman et al., 2017, arXiv 1707.06347) of a language model (Ziegler et al., 2019,
 * arXiv 1909.08593), as the `PPOTrainer` of TRL 0.11 computes it. The model answers the prompts of a batch; each
 * token pays for its divergence from the model before the training, and the last one has the answer's reward. A
 * value head on the hidden states says what was expected before each token; a token becomes likelier by as much as
 * more came than that (generalised advantage estimation: Schulman et al., 2016, arXiv 1506.02438). The gradients of
 * both losses reach what is trained. The value head starts anew in each training, is kept in its checkpoints, and is
 * no part of the trained model. Rows are those of `grpo`.
 *
 * Throws a `TunebookError` of kind "input" that lists all options which make no sense.
 *
 * @example
 * ```ts
 * import { ppo } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const polite = ({ completion }: { completion: string }) => /please/.test(completion) ? 1 : 0;
 * const task = ppo({ prompt: "question", rewards: { polite }, kl: { weight: 0.1, target: 6 } });
 * assert.deepEqual(task.columns, ["question"]);
 * assert.throws(
 *   () => ppo({ prompt: "question", rewards: polite, kl: { horizon: 10 } }),
 *   /kl\.horizon says how fast the weight follows a target, but there is none/,
 * );
 * ```
 */
export function ppo(options: PpoOptions): RolloutTask {
  checkOptions("ppo", options, rules, () => [
    ...samplingMistakes(options),
    ...klMistakes(options.kl),
  ]);
  return rolloutTask("ppo", options, ppoMethod(options));
}

/** How such options learn; they were checked. */
export function ppoMethod(options: PpoOptions): PolicyMethod {
  const { groupSize = 1, updates = 4, temperature = 1, clip = 0.2, kl = {} } = options;
  const { gamma = 1, lambda = 0.95, valueClip = 0.2, valueWeight = 0.1 } = options;
  const { whitenAdvantages = true, whitenRewards = false, measureDivergence = false } = options;
  const controller = klController(kl);
  const loss: PolicyLoss = {
    name: "ppo",
    ...{ temperature, epsilonLow: clip, epsilonHigh: clip },
    beta: 0, // the divergence is part of the rewards
    ratio: "token",
    tokenWeight: () => 1,
    answerWeight: ({ length, counts }) => counts ? length : 0,
  };
  return {
    ...samplingSettings({ ...options, groupSize, updates }),
    loss,
    objective: (asked) => ppoObjective(loss, { ...asked, values: { valueClip, valueWeight } }),
    asksReference: controller.initial > 0 || measureDivergence,
    learning: {
      by: "token",
      ...{ controller, gamma, lambda, valueClip, whitenAdvantages, whitenRewards },
      estimator: kl.estimator ?? "k1",
    },
  };
}
