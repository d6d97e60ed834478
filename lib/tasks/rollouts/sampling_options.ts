/**
 * The options that all tasks have whose model samples its training rows.
 *
 * @module
 */
import type { Mistake } from "../../core/errors.ts";
import { mistakeOf } from "../../core/errors.ts";
import { isRecord } from "../../core/objects.ts";
import {
  notNegative,
  positive,
  required,
  type Rule,
  type Rules,
  text,
  texts,
  whole,
  wholeShare,
  yesOrNo,
} from "../../core/option_rules.ts";
import { isBatchReward, namedRewards, rewardMistakes } from "../../nn/check_rewards.ts";
import type { Reward, Rewards } from "../../nn/reward.ts";

/** What is asked. */
export interface PromptOptions {
  /** The column of what is asked: texts, or lists of messages. */
  readonly prompt: string;
  /** The chat template of prompts that are messages, as for `chat`; the model's own unless given. */
  readonly template?: string;
  /** A system prompt for the messages that have none. */
  readonly system?: string;
}

/** How a model samples answers and what judges them. */
export interface SamplingOptions extends PromptOptions {
  /**
   * What judges answers: one reward, several by name, or the path of a module that exports them, which a plan
   * file and the command line can name: its default export, or all of its exports by name.
   */
  readonly rewards: Reward | Rewards | string;
  /** Answers to each prompt; 8 unless given. */
  readonly groupSize?: number;
  /** The most tokens of an answer; 256 unless given. */
  readonly maxNewTokens?: number;
  /** Divides the logits before a token is drawn; 1 unless given. */
  readonly temperature?: number;
  /** Draws from so many of the likeliest tokens; from all unless given. */
  readonly topK?: number;
  /** Draws from the likeliest tokens with this share of the probability; from all unless given. */
  readonly topP?: number;
  /** Draws from tokens with at least this share of the likeliest one's probability; from all unless given. */
  readonly minP?: number;
  /** Texts that end an answer, beside the model's end tokens. */
  readonly stop?: readonly string[];
  /** Optimiser steps that learn from the same answers (TRL's `num_iterations`); 1 unless given. */
  readonly updates?: number;
  /** Leaves answers that were cut at `maxNewTokens` out of the loss; they still have a reward. */
  readonly maskTruncated?: boolean;
  /** Records the KL divergence to the model before the training, also where the loss does not need it. */
  readonly measureDivergence?: boolean;
  /** How many held-out prompts are answered for a score, the first ones; all unless given. */
  readonly scoredPrompts?: number;
  /** Answers to each held-out prompt; 1 unless given. */
  readonly scoredAnswers?: number;
}

/** The same with everything that was left out. */
export interface RolloutSettings {
  readonly rewards: Rewards | string;
  readonly groupSize: number;
  readonly maxNewTokens: number;
  readonly topK: number | undefined;
  readonly topP: number | undefined;
  readonly minP: number | undefined;
  readonly stop: readonly string[] | undefined;
  readonly updates: number;
  readonly maskTruncated: boolean;
  readonly scoredPrompts?: number | undefined;
  readonly scoredAnswers?: number | undefined;
}

const several: Rule = [
  "a whole number from 2: the answers of a group are compared",
  (value) => Number.isSafeInteger(value) && Number(value) >= 2,
];

/** What judges answers. */
export const rewardsRule: Rule = [
  "a function, an object of functions by name, or the path of a module",
  (value) =>
    typeof value === "string" ? value !== "" : typeof value === "function" || isRecord(value),
];

/** What each of them may be. */
export const samplingRules: Rules<SamplingOptions> = {
  prompt: required(text),
  rewards: required(rewardsRule),
  groupSize: several,
  maxNewTokens: whole,
  temperature: positive,
  topK: whole,
  topP: wholeShare,
  minP: wholeShare,
  stop: texts,
  updates: whole,
  maskTruncated: yesOrNo,
  measureDivergence: yesOrNo,
  scoredPrompts: whole,
  scoredAnswers: whole,
  template: text,
  system: text,
};

/** Rules of a clipped loss. */
export const clipRules: Readonly<Record<"epsilonLow" | "epsilonHigh" | "beta", Rule>> = {
  epsilonLow: wholeShare,
  epsilonHigh: positive,
  beta: notNegative,
};

/** What is wrong with the rewards alone. */
export function samplingMistakes({ rewards }: Pick<SamplingOptions, "rewards">): Mistake[] {
  if (!isRecord(rewards) || isBatchReward(rewards)) return [];
  return rewardMistakes(rewards).map(({ told }) =>
    mistakeOf((nameOf) => `${nameOf("rewards")}: ${told(nameOf)}`)
  );
}

/** Fills in what was left out. */
export function samplingSettings(options: SamplingOptions): RolloutSettings {
  const { groupSize = 8, maxNewTokens = 256, updates = 1, maskTruncated = false } = options;
  const { topK, topP, minP, stop, scoredPrompts, scoredAnswers } = options;
  return {
    ...{ groupSize, maxNewTokens, updates, maskTruncated, topK, topP, minP, stop },
    ...{ scoredPrompts, scoredAnswers },
    rewards: typeof options.rewards === "string" ? options.rewards : namedRewards(options.rewards),
  };
}
