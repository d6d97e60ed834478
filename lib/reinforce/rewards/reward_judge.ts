/**
 * All rewards of a run, asked about every sampled answer.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { messageOf, mistakes, TunebookError } from "../../core/errors.ts";
import { interruption, isInterruption } from "../../core/interruption.ts";
import { abortSignal, type Rules, whole, yesOrNo } from "../../core/option_rules.ts";
import { shownName } from "../../core/quoted.ts";
import { shownValue } from "../../core/shown_value.ts";
import type { JudgedSamples, JudgeSamplesOptions, RewardJudge, Rewards } from "../../nn/reward.ts";
import { askReward, type SampledAnswer } from "./ask_reward.ts";
import { checkedRewards, isBatchReward } from "../../nn/check_rewards.ts";

/** How rewards are asked. */
export interface RewardJudgeOptions {
  /** How many answers each reward is asked about at the same time: 8 unless given. */
  readonly concurrency?: number;
}

const rules: Rules<RewardJudgeOptions> = { concurrency: whole };
const judgeRules: Rules<JudgeSamplesOptions> = { signal: abortSignal, countFailures: yesOrNo };
const defaultConcurrency = 8;

/**
 * Asks several rewards about sampled answers and adds up what they say: Σ weight · value over those that
 * apply to an answer, as TRL does. Rewards that are functions are asked about several answers at a time,
 * each within its time; those that judge batches are given all answers at once.
 *
 * @throws {TunebookError} of kind `input` for rewards and options that make no sense. `judge` throws one
 * of kind `data` where a reward fails, takes too long, or gives what is no finite number, with each prompt
 * and answer, unless `countFailures` has it count them, and where no reward applies to any answer; and of kind `interrupted` when its signal aborts.
 *
 * @example
 * ```ts
 * import { rewardJudge } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const judge = rewardJudge({
 *   polite: ({ completion }) => /please/i.test(completion) ? 1 : 0,
 *   short: { reward: ({ completionTokens }) => -completionTokens, weight: 0.1 },
 *   inTime: ({ row }) => row.late === undefined ? null : Number(!row.late), // null: does not apply
 * });
 * const { totals, statistics } = await judge.judge([
 *   { prompt: "Ask.", completion: "Come, please.", completionTokens: 4, finished: true, row: {}, step: 0 },
 *   { prompt: "Ask.", completion: "Come!", completionTokens: 2, finished: true, row: { late: false }, step: 0 },
 * ]);
 * assert.deepEqual(totals, [1 - 0.4, -0.2 + 1]);
 * assert.equal(statistics.polite.mean, 0.5);
 * assert.equal(statistics.inTime.nulls, 1);
 * ```
 */
export function rewardJudge(rewards: Rewards, options: RewardJudgeOptions = {}): RewardJudge {
  checkOptions("rewardJudge", options, rules);
  const { concurrency = defaultConcurrency } = options;
  const all = checkedRewards("rewards", rewards);
  return {
    names: all.map(({ name }) => name),
    columns: [...new Set(all.flatMap(({ reward }) => reward.columns ?? []))],
    async prepare() {
      for (const { name, reward } of all) {
        if (!isBatchReward(reward)) continue;
        try {
          await reward.prepare?.();
        } catch (error) {
          throw new TunebookError(
            error instanceof TunebookError ? error.kind : "input",
            `the reward ${shownName(name)}: ${messageOf(error)}`,
            { cause: error },
          );
        }
      }
    },
    async judge(samples, options = {}) {
      checkOptions("judge", options, judgeRules);
      if (!Array.isArray(samples)) {
        throw new TunebookError(
          "input",
          `judge takes a list of answers, but got ${shownValue(samples)}`,
        );
      }
      const { signal, countFailures } = options;
      // What one of them throws stops the others.
      const others = new AbortController();
      const either = AbortSignal.any(signal ? [signal, others.signal] : [others.signal]);
      const asked = all.map((each) =>
        askReward(each, samples, { signal: either, concurrency, countFailures }).catch((error) => {
          others.abort();
          throw error;
        })
      );
      const said = fulfilled(await Promise.allSettled(asked), signal);
      // A reward that was called off is no failure to be counted.
      if (signal?.aborted) throw interruption("stopped while answers were judged");
      const wrong = said.flatMap((each) => each.wrong);
      if (wrong.length > 0) throw mistakes("data", "these rewards cannot be used:", wrong);
      return summed(samples, all.map(({ name, weight }, at) => ({ name, weight, ...said[at] })));
    },
  };
}

/** What all gave; else the error that stopped the others. */
function fulfilled<Value>(
  settled: readonly PromiseSettledResult<Value>[],
  signal: AbortSignal | undefined,
): Value[] {
  const failed = settled.filter((each) => each.status === "rejected").map(({ reason }) => reason);
  if (failed.length > 0) {
    if (signal?.aborted) throw interruption("stopped while answers were judged");
    throw failed.find((error) => !isInterruption(error)) ?? failed[0];
  }
  return settled.flatMap((each) => each.status === "fulfilled" ? [each.value] : []);
}

type Said = Awaited<ReturnType<typeof askReward>> & {
  readonly name: string;
  readonly weight: number;
};

function summed(samples: readonly SampledAnswer[], said: readonly Said[]): JudgedSamples {
  const byName = <Value>(of: (each: Said) => Value) =>
    Object.fromEntries(said.map((each) => [each.name, of(each)]));
  const totalOf = (at: number) => {
    const own = said.filter(({ values }) => values[at] !== null);
    return own.length === 0
      ? NaN
      : own.reduce((sum, { weight, values }) => sum + weight * values[at]!, 0);
  };
  const totals = samples.map((_, at) => totalOf(at));
  const hasFailed = said.some(({ statistics: { failures = 0 } }) => failures > 0);
  if (samples.length > 0 && !hasFailed && totals.every(Number.isNaN)) {
    throw new TunebookError(
      "data",
      `no reward applies to any of ${samples.length} answers: every one gives null; their rows have ` +
        columnsOf(samples[0].row),
    );
  }
  return {
    totals,
    values: byName(({ values }) => values),
    statistics: byName(({ statistics }) => statistics),
  };
}

function columnsOf(row: Readonly<Record<string, unknown>>): string {
  return Object.keys(row).map(shownName).join(", ") || "no other columns";
}
