/**
 * The contract of tasks whose training rows are answers that the model itself samples: before an optimiser
 * step, a rollout asks the present model for answers to the prompts of the step and has them judged.
 *
 * @module
 */
import type { HostTensor } from "../engine/mod.ts";
import type { BatchLayout } from "../text/batch_layout.ts";
import type { Feeds } from "./feeds.ts";
import type { MethodRecord } from "./method.ts";
import type { RewardJudge, Rewards, RewardValue } from "./reward.ts";

/** A prompt that answers are asked for. */
export interface SampledPrompt {
  /** Its token ids, [tokens]. */
  readonly tokens: Int32Array;
  /** Which row of the data it is, from 0: what is drawn for it depends on this number. */
  readonly row: number;
}

/** How answers are drawn. The same options, parameters and prompts give the same answers. */
export interface PolicySampling {
  /** Answers to each prompt, which is read once. */
  readonly groupSize: number;
  readonly maxNewTokens: number;
  /** Divides the logits before a token is drawn. */
  readonly temperature: number;
  /** Draws from so many of the likeliest tokens. */
  readonly topK?: number | undefined;
  /** Draws from the likeliest tokens with this share of the probability. */
  readonly topP?: number | undefined;
  /** Draws from tokens with at least this share of the likeliest one's probability. */
  readonly minP?: number | undefined;
  /** Texts that end an answer. */
  readonly stop?: readonly string[] | undefined;
  /** Divides the logits before log probabilities are noted; `temperature` unless given. */
  readonly notedTemperature?: number | undefined;
  readonly seed: number;
  /** Optimiser steps that are done. */
  readonly step: number;
  readonly signal?: AbortSignal | undefined;
}

/** An answer of the policy. */
export interface PolicyAnswer {
  /** Token ids, the one that ends it included, [tokens]. */
  readonly tokens: Int32Array;
  /** What they say, without the token that ends it. */
  readonly text: string;
  /** Whether the model ended it; otherwise it was cut at `maxNewTokens`. */
  readonly finished: boolean;
  /**
   * The natural logarithm of each token's probability, [tokens]: of the whole distribution at the temperature
   * that is noted, whatever `topK` and its kin leave out of the draw, as the loss has it.
   */
  readonly logProbs: Float32Array;
  /** The entropy of the same distribution before each token, in nats, [tokens]. */
  readonly entropies: Float32Array;
}

/** A text whose last tokens are scored. */
export interface ScoredText {
  /** Prompt and answer, [tokens]. */
  readonly tokens: Int32Array;
  /** How many of the last tokens are the answer. */
  readonly answer: number;
}

/** The model in training, asked by its present parameters. */
export interface Policy {
  /** Answers to each prompt. */
  sample(prompts: readonly SampledPrompt[], options: PolicySampling): Promise<PolicyAnswer[][]>;
  /**
   * The log probabilities of each text's answer, [answer], at a temperature: by the present parameters, or by
   * the `reference`, the model without what is trained.
   */
  logProbs(
    texts: readonly ScoredText[],
    options: {
      readonly of: "policy" | "reference";
      readonly temperature: number;
      readonly signal?: AbortSignal | undefined;
    },
  ): Promise<Float32Array[]>;
  /**
   * What the loss's value function expects before each token of each text's answer, [answer], by the present
   * parameters. Throws an error of kind "unsupported" where the loss has none (`Objective.values`).
   */
  values(
    texts: readonly ScoredText[],
    options: { readonly signal?: AbortSignal | undefined },
  ): Promise<Float32Array[]>;
}

/** A trained model that rollouts ask how likely it finds each token. */
export interface RolloutTeacher {
  /**
   * The log probabilities of all tokens of the vocabulary at each place of each text's answer, [answer · vocabulary],
   * of logits that are divided by the temperature.
   */
  logProbs(
    texts: readonly ScoredText[],
    options: { readonly temperature: number; readonly signal?: AbortSignal | undefined },
  ): Promise<Float32Array[]>;
}

/** What a rollout is made with. */
export interface RolloutTools {
  readonly policy: Policy;
  /** Present where rows name one. */
  readonly teacher?: RolloutTeacher;
  readonly judge: RewardJudge;
  /** True where the training computes as the sampler does, so that their probabilities must agree. */
  readonly isExact: boolean;
}

/** When a rollout is made. */
export interface RolloutMoment {
  /** Optimiser steps that are done. */
  readonly step: number;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
}

/** An answer with what it was worth. */
export interface RolloutSample {
  /** The step that learned from it first, from 1. */
  readonly step: number;
  /** What was asked, in words. */
  readonly prompt: string;
  readonly completion: string;
  /** Tokens of the answer. */
  readonly tokens: number;
  readonly finished: boolean;
  /** The weighted sum of all rewards. */
  readonly reward: number;
  /** What each reward said. */
  readonly rewards: Readonly<Record<string, RewardValue>>;
  readonly advantage: number;
}

/** Makes the training rows of each step. */
export interface Rollout {
  /** What judges the answers; absent where nothing does. */
  readonly rewards?: Rewards | string;
  /** Optimiser steps that learn from the same rollout. */
  readonly updates: number;
  /**
   * Makes the sequences of some prompts. Where it fails or is stopped, everything is as it was before.
   */
  make(prompts: ArrayLike<number>, moment: RolloutMoment, tools: RolloutTools): Promise<void>;
  /** True where nothing is to be learned from the present answers: a step then moves nothing. */
  readonly isEmpty: boolean;
  /** The steps so far that had nothing to learn from, from 1. */
  readonly emptySteps: readonly number[];
  /**
   * Takes in what the loss told of these prompts (`PiecewiseLoss.loss`). Throws an error of kind "diverged"
   * where probabilities of the training differ from those of the sampler before an update.
   */
  observe(prompts: ArrayLike<number>, told: Readonly<Record<string, HostTensor>>): void;
  /** Ends an optimiser step: its figures enter the record. Gives what is alarming since the step before. */
  endStep(step: number): readonly string[];
  /** What a checkpoint keeps: the rollout that steps still learn from, and the record. */
  kept(): ReadonlyMap<string, Float32Array>;
  /** Takes in what a checkpoint kept. */
  restore(kept: ReadonlyMap<string, Float32Array>): void;
  /** Figures of the steps so far. */
  record(): MethodRecord;
  /** The steps so far in a line. */
  describe(): string;
  /** Answers of this process, those of the first step first. */
  readonly samples: readonly RolloutSample[];
}

/** Training rows that rollouts make. */
export interface RolloutRows {
  /** Tokens of each sequence: the most that it may have until a rollout has made it. */
  readonly lengths: Int32Array;
  /** The sequences of each prompt that are learned from: as many as there may be until a rollout has made them. */
  readonly groups: readonly (readonly number[])[];
  /** The feeds of a padded batch of sequences. */
  feedsOf(sequences: ArrayLike<number>): Feeds;
  /** Present where each prompt has as many answers. */
  readonly sharedPrompts?: SharedPrompts;
  /** Rows are others in each step. */
  readonly changes: "batches";
  readonly rollout: Rollout;
}

/** Batches of answers in which each prompt stands once. */
export interface SharedPrompts {
  /** The share of tokens that are not computed then, at least. */
  readonly saving: number;
  layoutOf(sequences: ArrayLike<number>): BatchLayout;
  feedsOf(sequences: ArrayLike<number>, layout: BatchLayout): Feeds;
}
