/**
 * What a model answered to held-out prompts, with what rewards said of it.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { mistakes, TunebookError } from "../core/errors.ts";
import { list, record, required, type Rules } from "../core/option_rules.ts";
import type { AnyPredictions, Predictions } from "./predictions.ts";
import type { RewardValue } from "./reward.ts";
import type { PolicySampling, RolloutMoment, RolloutSample, RolloutTools } from "./rollout.ts";
import type { Progress } from "../core/progress.ts";
import { selectable } from "./select_rows.ts";

/** An answer to a held-out prompt. */
export interface RolloutAnswer extends Omit<RolloutSample, "step" | "prompt" | "advantage"> {
  /**
   * How far the model is from what it was before the training, in nats, summed over the answer's tokens:
   * exp(d) − 1 − d, where d is log p before the training less log p now (Schulman, "Approximating KL
   * divergence", 2020), whose mean over answers estimates the divergence of whole answers.
   */
  readonly divergence: number;
}

/** Of how many answers a reward could not be had. */
export interface RewardFailures {
  /** Answers for which it failed, took too long, or gave no number; they do not count in its mean. */
  readonly failures: number;
  /** Answers that took too long and were given what `onTimeout` says. */
  readonly timeouts: number;
  /** What was wrong first, where something failed. */
  readonly first?: string;
}

/** Judged answers to held-out prompts, which are the rows. */
export interface RolloutPredictions extends AnyPredictions {
  readonly kind: "rollout";
  /** What was asked, in words. */
  readonly inputs: readonly string[];
  /** The answers to each prompt, [rows][answers]. */
  readonly answers: readonly (readonly RolloutAnswer[])[];
  /** What was wrong with each reward, by name. */
  readonly failures: Readonly<Record<string, RewardFailures>>;
  select(rows: ArrayLike<number>): RolloutPredictions;
}

/** Next tokens of prompts whose answers are sampled: metrics of answers score them as well. */
export interface PromptPredictions extends Predictions<"language"> {
  readonly areSampled: true;
}

/** Has the model answer held-out prompts, and judges that. */
export interface HeldOutRollout {
  /** How many of the prompts are answered, the first ones. */
  readonly prompts: number;
  /** How answers are drawn. */
  readonly sampling: Omit<PolicySampling, "groupSize" | "seed" | "step" | "signal">;
  /** Makes the answers: the same draws for the same seed, however many steps were done. */
  answer(
    moment: RolloutMoment & { readonly progress?: Progress | undefined },
    tools: Pick<RolloutTools, "policy" | "judge">,
  ): Promise<RolloutPredictions>;
}

/** What such predictions are made of. */
export interface RolloutPredictionsInput {
  readonly inputs: readonly string[];
  readonly answers: readonly (readonly RolloutAnswer[])[];
  /** Nothing was wrong unless given. */
  readonly failures?: Readonly<Record<string, RewardFailures>>;
}

const rules: Rules<RolloutPredictionsInput> = {
  inputs: required(list),
  answers: required(list),
  failures: record,
};

/**
 * The predictions of a model that learns from rewards, for `meanReward` and its kin.
 *
 * @throws {TunebookError} of kind `input` for lists that do not fit, and of kind `data` for no prompts and
 * for prompts without answers, with all rows.
 *
 * @example
 * ```ts
 * import { meanReward, rolloutPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const answer = (completion: string, reward: number) => ({
 *   ...{ completion, reward, rewards: { short: reward }, divergence: 0 },
 *   ...{ tokens: completion.length, finished: true },
 * });
 * const predictions = rolloutPredictions({
 *   inputs: ["How was it?", "And the food?"],
 *   answers: [[answer("Fine.", 1)], [answer("Not as good as it was.", 0)]],
 * });
 * assert.equal(meanReward.compute(predictions), 0.5);
 * ```
 */
export function rolloutPredictions(given: RolloutPredictionsInput): RolloutPredictions {
  checkOptions("rolloutPredictions", given, rules);
  const { inputs, answers, failures = {} } = given;
  const rows = inputs.length;
  if (answers.length !== rows) {
    throw new TunebookError(
      "input",
      `there are ${rows} inputs and answers to ${answers.length}; give as many of each`,
    );
  }
  if (rows === 0) throw new TunebookError("data", "there are no prompts to score");
  const wrong = answers.flatMap((own, row) => own.length > 0 ? [] : [`row ${row + 1}`]);
  if (wrong.length > 0) throw mistakes("data", "these prompts have no answers:", wrong);
  const made = { kind: "rollout", rows, inputs, answers, failures } as const;
  return selectable<RolloutPredictions>(made as unknown as RolloutPredictions, [
    "inputs",
    "answers",
  ]);
}

/** What one reward said of all answers. */
export function rewardValues(
  { answers }: Pick<RolloutPredictions, "answers">,
  name: string,
): RewardValue[] {
  return answers.flat().map(({ rewards }) => rewards[name] ?? null);
}
