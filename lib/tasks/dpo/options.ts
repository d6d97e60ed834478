/**
 * The options of direct preference optimisation.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { type Mistake, mistakeOf } from "../../core/errors.ts";
import { isRecord } from "../../core/objects.ts";
import { oneOf, positive, type Rule, type Rules } from "../../core/option_rules.ts";
import {
  type PreferenceColumns,
  preferenceMistakes,
  preferenceRules,
} from "../preference/options.ts";
import { type ReferenceColumns, referenceRule } from "../preference/reference_columns.ts";
import { dpoLosses, type DpoLossName, smoothedDpoLosses } from "./losses.ts";

/** What columns mean, and how pairs are learned. */
export interface DpoOptions extends PreferenceColumns {
  /**
   * `sigmoid` (unless given), `hinge`, `ipo`, `robust`, `apo_zero`, `apo_down`, or `sigmoid_norm`, with TRL's names and
   * formulas.
   */
  readonly loss?: DpoLossName;
  /** How strongly the model is held to what it was before: 0.1 unless given; of `ipo` the paper's τ. */
  readonly beta?: number;
  /**
   * The probability that a pair is the wrong way round, from 0 (unless given) to below ½; of `sigmoid` (conservative DPO) and
   * `robust`.
   */
  readonly labelSmoothing?: number;
  /**
   * What answers are compared with: the model before the training (`adapter off`, unless given), which is asked once for all
   * rows, or columns with log p of the whole answers, made by the same model, tokenizer and template.
   */
  readonly reference?: "adapter off" | ReferenceColumns;
}

/** Label smoothing. */
export const smoothingRule: Rule = [
  "a number in [0, 0.5)",
  (value) => typeof value === "number" && value >= 0 && value < 0.5,
];

const rules: Rules<DpoOptions> = {
  ...preferenceRules,
  loss: oneOf(Object.keys(dpoLosses)),
  beta: positive,
  labelSmoothing: smoothingRule,
  reference: referenceRule,
};

/** Throws one error of kind "input" with everything that is wrong. */
export function checkDpoOptions(options: DpoOptions): void {
  checkOptions("dpo", options, rules, () => isRecord(options) ? contradictions(options) : []);
}

function contradictions(options: DpoOptions): Mistake[] {
  const { loss = "sigmoid", labelSmoothing = 0, reference, ranking } = options;
  const wrong = preferenceMistakes(options);
  if (labelSmoothing !== 0 && !smoothedDpoLosses.includes(loss)) {
    wrong.push(
      mistakeOf((nameOf) =>
        `${nameOf("labelSmoothing")} changes the losses ${
          smoothedDpoLosses.join(" and ")
        }, not ${loss}`
      ),
    );
  }
  if (isRecord(reference) && ranking !== undefined) {
    wrong.push(
      mistakeOf((nameOf) =>
        `${nameOf("reference")} with columns is for rows with ${nameOf("chosen")} and ` +
        nameOf("rejected")
      ),
    );
  }
  return wrong;
}
