/**
 * Contrastive preference optimisation: pairs of answers are told apart, and the better ones are learned, without a reference (Xu et
 * al., "Contrastive preference optimization", 2024, arXiv 2401.08417).
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { mistakeOf } from "../core/errors.ts";
import { isRecord } from "../core/objects.ts";
import { notNegative, oneOf, positive, type Rules } from "../core/option_rules.ts";
import { cpoLosses, type CpoLossName } from "./cpo/losses.ts";
import { smoothingRule } from "./dpo/options.ts";
import {
  type PreferenceColumns,
  preferenceMistakes,
  preferenceRules,
} from "./preference/options.ts";
import { type PreferenceTask, preferenceTask } from "./preference/preference_task.ts";

const name = "cpo";
const [defaultBeta, defaultAlpha] = [0.1, 1];

/** What columns mean, and how pairs are learned. */
export interface CpoOptions extends PreferenceColumns {
  /** `sigmoid` (unless given), `hinge` or `ipo`, with TRL's names and formulas. */
  readonly loss?: CpoLossName;
  /** How much a difference of log-probabilities counts; 0.1 unless given. */
  readonly beta?: number;
  /** The probability that a pair is the wrong way round, from 0 (unless given) to below ½; of `sigmoid`. */
  readonly labelSmoothing?: number;
  /** How much the cross-entropy of the better answers counts beside it; 1 unless given. */
  readonly alpha?: number;
}

const rules: Rules<CpoOptions> = {
  ...preferenceRules,
  loss: oneOf(Object.keys(cpoLosses)),
  beta: positive,
  labelSmoothing: smoothingRule,
  alpha: notNegative,
};

/**
 * Learns from pairs of answers without a reference, as TRL's `CPOTrainer`: −log σ(β (log p of the better answer − that of the worse one))
 * and α times the cross-entropy of the better answers. Rows and metrics are those of `dpo`, but for `referenceKl`; the reward of an answer is
 * β log p, of `ipo` β times its mean by token.
 *
 * Throws a `TunebookError` of kind "input" that lists all options which make no sense.
 *
 * @example
 * ```ts
 * import { cpo } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(cpo({ prompt: "text", chosen: "good", rejected: "bad", loss: "hinge" }).name, "cpo");
 * assert.throws(() => cpo({ chosen: "good", rejected: "bad", alpha: -1 }), /alpha is -1/);
 * ```
 */
export function cpo(options: CpoOptions): PreferenceTask {
  checkOptions(name, options, rules, () => {
    if (!isRecord(options)) return [];
    const wrong = preferenceMistakes(options);
    const { loss = "sigmoid", labelSmoothing = 0 } = options;
    if (labelSmoothing !== 0 && loss !== "sigmoid") {
      wrong.push(
        mistakeOf((nameOf) => `${nameOf("labelSmoothing")} changes the loss sigmoid, not ${loss}`),
      );
    }
    return wrong;
  });
  const { loss = "sigmoid", beta = defaultBeta, labelSmoothing = 0, alpha = defaultAlpha } =
    options;
  return preferenceTask({
    name,
    options,
    loss: {
      name: `${name} with the loss ${loss}`,
      usesReference: false,
      of: (numbers) => cpoLosses[loss](numbers, { beta, labelSmoothing }),
      likelihood: alpha > 0 ? { weight: alpha, of: "answer" } : undefined,
      rewardOf: (logProbability, _, tokens) =>
        beta * logProbability / (loss === "ipo" ? tokens : 1),
    },
  });
}
