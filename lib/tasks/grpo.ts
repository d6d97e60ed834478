/**
 * GRPO: a language model learns from rewards of its own answers, compared within groups.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { oneOf, type Rules } from "../core/option_rules.ts";
import { type AdvantageScale, groupAdvantages } from "./rollouts/advantages.ts";
import type { LearnedAnswer } from "./rollouts/learned_answer.ts";
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

/** How the losses of tokens become one. */
export type GrpoLoss = "grpo" | "dr_grpo" | "dapo" | "bnpo";

/** What is asked, what judges the answers, and how they are learned from. */
export interface GrpoOptions extends SamplingOptions {
  /**
   * `dapo` (unless given) and `bnpo`: the mean over all tokens of the step; `grpo`: the mean over answers of the
   * mean over their tokens; `dr_grpo`: the sum over `maxNewTokens` for each answer, so that length is neither
   * rewarded nor punished.
   */
  readonly loss?: GrpoLoss;
  /** What advantages are divided by; the deviation within the `group` unless given. */
  readonly scale?: AdvantageScale;
  /** How far the ratio of probabilities may fall before its gradient is cut; 0.2 unless given. */
  readonly epsilonLow?: number;
  /** How far it may rise; as `epsilonLow` unless given. DAPO takes 0.28. */
  readonly epsilonHigh?: number;
  /** The weight of the KL divergence to the model before the training; 0 unless given. */
  readonly beta?: number;
  /**
   * Whether each token has a ratio of its own (unless given), or each answer the geometric mean of its tokens'
   * (GSPO: Zheng et al., 2025, arXiv 2507.18071), which goes with the loss `grpo`.
   */
  readonly ratio?: "token" | "answer";
}

const rules: Rules<GrpoOptions> = {
  ...samplingRules,
  ...clipRules,
  loss: oneOf(["grpo", "dr_grpo", "dapo", "bnpo"]),
  scale: oneOf(["group", "batch", "none"]),
  ratio: oneOf(["token", "answer"]),
};

/**
 * Group relative policy optimisation (Shao et al., "DeepSeekMath", 2024, arXiv 2402.03300), with the losses of
 * Dr. GRPO (Liu et al., 2025, arXiv 2503.20783), DAPO (Yu et al., 2025, arXiv 2503.14476) and BNPO as TRL
 * computes them. Before each step the model in training answers every prompt of the batch `groupSize` times; an
 * answer becomes likelier by as much as its reward is above the mean of its group. Rows are prompts; rewards see
 * their other columns.
 *
 * Throws a `TunebookError` of kind "input" that lists all options which make no sense.
 *
 * @example
 * ```ts
 * import { grpo } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const short = ({ completionTokens }: { completionTokens: number }) => -completionTokens;
 * const task = grpo({ prompt: "question", rewards: { short }, groupSize: 4 });
 * assert.deepEqual(task.columns, ["question"]);
 * assert.throws(() => grpo({ prompt: "question", rewards: {} }), /needs at least one reward/);
 * ```
 */
export function grpo(options: GrpoOptions): RolloutTask {
  checkOptions("grpo", options, rules, () => samplingMistakes(options));
  return rolloutTask("grpo", options, grpoMethod(options));
}

/** How such options learn; they were checked. */
export function grpoMethod(options: GrpoOptions): PolicyMethod {
  const { scale = "group", beta = 0, measureDivergence = false } = options;
  const settings = samplingSettings(options);
  const { groupSize } = settings;
  const loss = lossOf(options, settings.maxNewTokens);
  return {
    ...settings,
    loss,
    objective: (asked) => policyObjective(loss, asked),
    asksReference: beta > 0 || measureDivergence,
    learning: {
      by: "answer",
      advantages: (rewards) => groupAdvantages(rewards, { groupSize, scale }),
    },
  };
}

/** The loss that options ask for. */
function lossOf(
  { loss = "dapo", ratio = "token", temperature = 1, beta = 0, ...clip }: GrpoOptions,
  maxNewTokens: number,
): PolicyLoss {
  const { epsilonLow = 0.2, epsilonHigh = epsilonLow } = clip;
  const ofLength = ({ length }: LearnedAnswer) => length;
  const isByToken = loss === "dapo" || loss === "bnpo";
  return {
    name: loss,
    ...{ temperature, beta, epsilonLow, epsilonHigh },
    ratio: ratio === "answer" ? "mean" : "token",
    tokenWeight: (answer) =>
      isByToken ? 1 : 1 / (loss === "grpo" ? ofLength(answer) : maxNewTokens),
    answerWeight: (answer) => isByToken ? answer.counts ? answer.length : 0 : 1,
  };
}
