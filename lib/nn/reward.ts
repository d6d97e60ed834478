/**
 * What judges the answers that a model samples while it learns from rewards: a function of one answer,
 * or one of a whole batch of them.
 *
 * @module
 */
import type { ChatMessage } from "../text/chat/chat_message.ts";

/** One sampled answer, with what a reward may look at. */
export interface RewardSample {
  /** What the model was asked, as the row has it: a text or messages. */
  readonly prompt: string | readonly ChatMessage[];
  /** The text that the model wrote, without the token that ends it. */
  readonly completion: string;
  /** How many tokens the model wrote, the one that ends the answer included. */
  readonly completionTokens: number;
  /** Whether the model ended the answer itself; otherwise it was cut at the longest length. */
  readonly finished: boolean;
  /** The other columns of the row, such as the right answer. */
  readonly row: Readonly<Record<string, unknown>>;
  /** The optimizer step for which the answer was sampled, from 0. */
  readonly step: number;
  /** Aborted when a person stops the run, or when the reward has had its time. */
  readonly signal: AbortSignal;
}

/** How good an answer is: the higher, the better. `null` where the reward does not apply to the row. */
export type RewardValue = number | null;

/** Judges one answer, at once or later. */
export interface RewardFunction {
  (sample: RewardSample): RewardValue | Promise<RewardValue>;
  /** The columns of the row that it cannot do without; a run is refused where one is missing. */
  readonly columns?: readonly string[];
  /** What it was made with: a checkpoint tells by it rewards apart that have the same code. */
  readonly settings?: unknown;
}

/** Judges all answers of a batch at once, as a model does: one value for each, in their order. */
export interface BatchReward {
  /** The columns of the row that it cannot do without; a run is refused where one is missing. */
  readonly columns?: readonly string[];
  /** What it was made with: a checkpoint tells by it rewards apart that have the same code. */
  readonly settings?: unknown;
  /** Looks at what it was made with before the first step, and throws where that is wrong. */
  prepare?(): Promise<void>;
  rewardBatch(
    samples: readonly RewardSample[],
    options: { readonly signal: AbortSignal },
  ): readonly RewardValue[] | Promise<readonly RewardValue[]>;
}

/** A function of one answer or of a batch. */
export type Reward = RewardFunction | BatchReward;

/** A reward with what counts for it alone. */
export interface RewardSpec {
  readonly reward: Reward;
  /** What its values are multiplied by in the sum of all rewards: 1 unless given. */
  readonly weight?: number;
  /**
   * Seconds that one answer may take: 60 unless given. What judges batches may take as many times that as
   * the batch has answers.
   */
  readonly timeoutSeconds?: number;
  /**
   * What an answer is worth that takes longer: a number, or `null` to leave the reward out of its sum.
   * Otherwise the run ends with an error.
   */
  readonly onTimeout?: RewardValue;
}

/** The rewards of a run by name: `{ correct, format: { reward: format, weight: 0.5 } }`. */
export type Rewards = Readonly<Record<string, Reward | RewardSpec>>;

/** What one reward said of the answers of a batch. */
export interface RewardStatistics {
  /** Of the answers to which it applies; `null` where there are none. */
  readonly mean: number | null;
  /** With the number of values less one, as TRL's; `null` where there are fewer than two. */
  readonly standardDeviation: number | null;
  readonly least: number | null;
  readonly greatest: number | null;
  /** To how many answers it applies. */
  readonly values: number;
  /** To how many it does not: those for which it gave `null`. */
  readonly nulls: number;
  /** How many answers took too long and were given what `onTimeout` says. */
  readonly timeouts: number;
  /** For how many answers it failed, took too long or gave no number, where these are counted. */
  readonly failures?: number;
  /** What was wrong first of them, in words. */
  readonly firstFailure?: string;
  /** Seconds that it worked, summed over the answers. */
  readonly seconds: number;
}

/** The answers of a batch, judged. All lists are in the order of the samples. */
export interface JudgedSamples {
  /** The sum of weight · value over the rewards that apply; NaN where none does. */
  readonly totals: readonly number[];
  /** What each reward said, before its weight. */
  readonly values: Readonly<Record<string, readonly RewardValue[]>>;
  readonly statistics: Readonly<Record<string, RewardStatistics>>;
}

/** How answers are judged. */
export interface JudgeSamplesOptions {
  /** Stops the judging with an error of kind "interrupted". */
  readonly signal?: AbortSignal | undefined;
  /**
   * Counts the answers for which a reward fails, takes too long or gives no number, and leaves the reward out
   * of their sums; otherwise they are an error.
   */
  readonly countFailures?: boolean;
}

/** Judges batches of answers by all rewards of a run. */
export interface RewardJudge {
  /** In the order in which they were given. */
  readonly names: readonly string[];
  /** The columns that the rewards cannot do without, each once. */
  readonly columns: readonly string[];
  /** Has every reward look at what it was made with; awaited once before the first step. */
  prepare(): Promise<void>;
  /** Judges answers; throws where a reward fails, takes too long or gives what is no number. */
  judge(
    samples: readonly Omit<RewardSample, "signal">[],
    options?: JudgeSamplesOptions,
  ): Promise<JudgedSamples>;
}
