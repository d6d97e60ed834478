/**
 * Online DPO: a language model learns from pairs of its own answers.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { type Mistake, mistakeOf } from "../core/errors.ts";
import { notNegative, oneOf, positive, type Rule, type Rules } from "../core/option_rules.ts";
import { answersObjective } from "./rollouts/answers_objective.ts";
import { type AnswersJudge, pairReward } from "./rollouts/pair_reward.ts";
import { pairsLoss, type PairsLossName } from "./rollouts/pairs_loss.ts";
import type { RolloutMethod } from "./rollouts/rollout_method.ts";
import { type RolloutTask, rolloutTask } from "./rollouts/rollout_task.ts";
import {
  rewardsRule,
  samplingMistakes,
  type SamplingOptions,
  samplingRules,
  samplingSettings,
} from "./rollouts/sampling_options.ts";
import { bestAndWorst, lessPenalty, meanOfSelected } from "./rollouts/selected_answers.ts";

/** What is asked, what judges the answers, and how pairs of them are learned from. */
export interface OnlineDpoOptions
  extends Omit<SamplingOptions, "rewards" | "maskTruncated" | "measureDivergence"> {
  /** As for `grpo`; the answers with the highest and the lowest reward of a group are its pair. */
  readonly rewards?: SamplingOptions["rewards"];
  /**
   * In the place of rewards, which of two answers is better: a function, or the path of a module whose default export
   * it is. Of more than two answers to a prompt all pairs are judged, and the most and least successful ones are
   * learned from.
   */
  readonly judge?: AnswersJudge | string;
  /** Answers to each prompt; 2 unless given. */
  readonly groupSize?: number;
  /** `sigmoid` (unless given), or `ipo` by the log probabilities of whole answers. */
  readonly loss?: PairsLossName;
  /** How strongly the model is held to what it was before: 0.1 unless given; of `ipo` the paper's τ. */
  readonly beta?: number;
  /** What is taken off the reward of an answer that was cut at `maxNewTokens`; 0 unless given. */
  readonly missingEndPenalty?: number;
}

const judgeRule: Rule = [
  "a function, or the path of a module",
  (value) => typeof value === "function" || (typeof value === "string" && value !== ""),
];

const { maskTruncated: _masks, measureDivergence: _measures, ...sampling } = samplingRules;
const rules: Rules<OnlineDpoOptions> = {
  ...sampling,
  rewards: rewardsRule,
  judge: judgeRule,
  loss: oneOf(["sigmoid", "ipo"]),
  beta: positive,
  missingEndPenalty: notNegative,
};

const defaultBeta = 0.1;

/**
 * Direct preference optimisation on answers of the model in training (Guo et al., "Direct Language Model Alignment
 * from Online AI Feedback", 2024, arXiv 2402.04792), as TRL computes it: before each step the model answers every
 * prompt of the batch `groupSize` times, and the best and the worst answer of each group are a pair of DPO. A group
 * whose answers are worth the same is left out; TRL takes its first answer for the better one. Rows are those of
 * `grpo`; log probabilities are those of the model at temperature 1, whatever answers are drawn with.
 *
 * Throws a `TunebookError` of kind "input" that lists all options which make no sense.
 *
 * @example
 * ```ts
 * import { onlineDpo } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const shorter = ({ answers: [a, b] }: { answers: readonly [string, string] }) =>
 *   a.length === b.length ? "tie" : a.length < b.length ? 0 : 1;
 * const task = onlineDpo({ prompt: "question", judge: shorter, beta: 0.05, maxNewTokens: 32 });
 * assert.deepEqual(task.columns, ["question"]);
 * assert.throws(() => onlineDpo({ prompt: "question" }), /needs rewards or judge/);
 * ```
 */
export function onlineDpo(options: OnlineDpoOptions): RolloutTask {
  checkOptions("onlineDpo", options, rules, () => mistakesOf(options));
  return rolloutTask("online-dpo", options, onlineDpoMethod(options));
}

function mistakesOf({ rewards, judge }: OnlineDpoOptions): Mistake[] {
  if (rewards === undefined && judge === undefined) {
    return [mistakeOf((nameOf) => `it needs ${nameOf("rewards")} or ${nameOf("judge")}`)];
  }
  if (rewards !== undefined && judge !== undefined) {
    return [
      mistakeOf((nameOf) => `${nameOf("rewards")} and ${nameOf("judge")} exclude each other`),
    ];
  }
  return rewards === undefined ? [] : samplingMistakes({ rewards });
}

/** How such options learn; they were checked. */
export function onlineDpoMethod(options: OnlineDpoOptions): RolloutMethod {
  const { groupSize = 2, temperature = 1, missingEndPenalty = 0 } = options;
  const { judge, rewards, loss: name = "sigmoid", beta = defaultBeta } = options;
  const loss = pairsLoss({ loss: name, beta });
  return {
    ...samplingSettings({
      ...{ ...options, groupSize },
      rewards: judge === undefined ? rewards! : { judge: pairReward(judge, groupSize) },
    }),
    loss,
    objective: (asked) => answersObjective(loss, asked),
    temperature,
    mostLearned: 2,
    isJudgedByPairs: judge !== undefined,
    asksReference: true,
    learning: {
      by: "answer",
      advantages: (rewards, _, answers) =>
        bestAndWorst(lessPenalty(rewards, answers, missingEndPenalty), groupSize),
    },
    figures({ rewards, advantages, divergences }) {
      const ofPair = (values: readonly number[]) => ({
        chosen: meanOfSelected(values, advantages, 1),
        rejected: meanOfSelected(values, advantages, -1),
      });
      return {
        "reward of pairs": ofPair(rewards),
        "implicit reward": ofPair(divergences!.map((each) => beta * each)),
      };
    },
  };
}
