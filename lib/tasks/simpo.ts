/**
 * Simple preference optimisation: the reward of an answer is its mean log p by token, and no reference is needed (Meng et al., "SimPO",
 * 2024, arXiv 2405.14734).
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { isRecord } from "../core/objects.ts";
import { notNegative, positive, type Rules } from "../core/option_rules.ts";
import { tf } from "../engine/mod.ts";
import { smoothingRule } from "./dpo/options.ts";
import {
  type PreferenceColumns,
  preferenceMistakes,
  preferenceRules,
} from "./preference/options.ts";
import { smoothedLogSigmoid } from "./preference/pair_loss.ts";
import { type PreferenceTask, preferenceTask } from "./preference/preference_task.ts";

const name = "simpo";
/** The paper's β, and its γ of half of that. */
const [defaultBeta, defaultGamma] = [2, 1];

/** What columns mean, and how pairs are learned. */
export interface SimpoOptions extends PreferenceColumns {
  /** What mean log-probabilities are multiplied with; 2 unless given. */
  readonly beta?: number;
  /** By how much the better answer's reward should be larger, γ; 1 unless given. */
  readonly gamma?: number;
  /** The probability that a pair is the wrong way round, from 0 (unless given) to below ½. */
  readonly labelSmoothing?: number;
  /** How much the cross-entropy of the better answers counts beside it (CPO-SimPO); 0 unless given. */
  readonly alpha?: number;
}

const rules: Rules<SimpoOptions> = {
  ...preferenceRules,
  beta: positive,
  gamma: notNegative,
  labelSmoothing: smoothingRule,
  alpha: notNegative,
};

/**
 * Learns from pairs of answers without a reference, as TRL's `CPOTrainer` with `loss_type="simpo"`: −log σ(β (mean log p of the better
 * answer − that of the worse one) − γ). Rows and metrics are those of `dpo`, but for `referenceKl`; the reward of an answer is β times
 * its mean log p by token.
 *
 * Throws a `TunebookError` of kind "input" that lists all options which make no sense.
 *
 * @example
 * ```ts
 * import { simpo } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const task = simpo({ prompt: "question", ranking: "answers", pairs: "adjacent", beta: 2.5 });
 * assert.deepEqual(task.columns, ["question", "answers"]);
 * ```
 */
export function simpo(options: SimpoOptions): PreferenceTask {
  checkOptions(name, options, rules, () => isRecord(options) ? preferenceMistakes(options) : []);
  const { beta = defaultBeta, gamma = defaultGamma, labelSmoothing = 0, alpha = 0 } = options;
  return preferenceTask({
    name,
    options,
    loss: {
      name,
      usesReference: false,
      of({ chosen, rejected, chosenTokens, rejectedTokens }) {
        const difference = tf.sub(tf.div(chosen, chosenTokens), tf.div(rejected, rejectedTokens));
        return smoothedLogSigmoid(tf.sub(tf.mul(difference, beta), gamma), labelSmoothing);
      },
      likelihood: alpha > 0 ? { weight: alpha, of: "answer" } : undefined,
      rewardOf: (logProbability, _, tokens) => beta * logProbability / tokens,
    },
  });
}
