/**
 * The options of reward models.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { mistakeOf } from "../../core/errors.ts";
import { isRecord } from "../../core/objects.ts";
import { notNegative, type Rules, text } from "../../core/option_rules.ts";
import {
  type PreferenceColumns,
  preferenceMistakes,
  preferenceRules,
} from "../preference/options.ts";

/** What columns mean, and how pairs are learned. */
export interface RewardModelOptions extends PreferenceColumns {
  /** The column of a number by which the better answer's reward should be larger; none unless given. */
  readonly margin?: string;
  /** How much rewards are drawn to 0: the mean square of the sum of both counts so much; 0 unless given. */
  readonly centeringCoefficient?: number;
}

const rules: Rules<RewardModelOptions> = {
  ...preferenceRules,
  margin: text,
  centeringCoefficient: notNegative,
};

/** Throws one error of kind "input" with everything that is wrong. */
export function checkRewardModelOptions(options: RewardModelOptions): void {
  checkOptions("rewardModel", options, rules, () => {
    if (!isRecord(options)) return [];
    const wrong = preferenceMistakes(options);
    if (options.margin !== undefined && options.ranking !== undefined) {
      wrong.push(
        mistakeOf((nameOf) =>
          `${nameOf("margin")} is for rows with ${nameOf("chosen")} and ${nameOf("rejected")}`
        ),
      );
    }
    return wrong;
  });
}
