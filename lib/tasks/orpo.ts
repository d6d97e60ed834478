/**
 * Odds ratio preference optimisation: a model learns to write the better answers, and to prefer them to the worse ones, in one
 * training without a reference (Hong et al., "ORPO", 2024, arXiv 2403.07691).
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { isRecord } from "../core/objects.ts";
import { positive, type Rules } from "../core/option_rules.ts";
import { tf } from "../engine/mod.ts";
import { logOdds } from "./orpo/log_odds.ts";
import {
  type PreferenceColumns,
  preferenceMistakes,
  preferenceRules,
} from "./preference/options.ts";
import { negativeLogSigmoid } from "./preference/pair_loss.ts";
import { type PreferenceTask, preferenceTask } from "./preference/preference_task.ts";

const name = "orpo";
const defaultBeta = 0.1;

/** What columns mean, and how pairs are learned. */
export interface OrpoOptions extends PreferenceColumns {
  /** How much the odds ratio counts beside the cross-entropy, λ of the paper; 0.1 unless given. */
  readonly beta?: number;
}

const rules: Rules<OrpoOptions> = { ...preferenceRules, beta: positive };

/**
 * Learns from pairs of answers without a reference, as TRL's `ORPOTrainer`: the cross-entropy of prompts with their better answers,
 * and β times −log σ of the logarithm of the odds ratio of the two answers by token. Rows and metrics are those of `dpo`, but for
 * `referenceKl`; the reward of an answer is β times its mean log p by token.
 *
 * Throws a `TunebookError` of kind "input" that lists all options which make no sense.
 *
 * @example
 * ```ts
 * import { orpo } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(orpo({ chosen: "good", rejected: "bad" }).name, "orpo");
 * ```
 */
export function orpo(options: OrpoOptions): PreferenceTask {
  checkOptions(name, options, rules, () => isRecord(options) ? preferenceMistakes(options) : []);
  const { beta = defaultBeta } = options;
  return preferenceTask({
    name,
    options,
    loss: {
      name,
      usesReference: false,
      of({ chosen, rejected, chosenTokens, rejectedTokens }) {
        const better = logOdds(tf.div(chosen, chosenTokens));
        const worse = logOdds(tf.div(rejected, rejectedTokens));
        return tf.mul(negativeLogSigmoid(tf.sub(better, worse)), beta);
      },
      likelihood: { weight: 1, of: "text" },
      rewardOf: (logProbability, _, tokens) => beta * logProbability / tokens,
    },
  });
}
