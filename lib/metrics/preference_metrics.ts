/**
 * The metrics of answers that people judged. A new one is one file and one line here.
 *
 * @module
 */
import { chosenLogProbability } from "./chosen_log_probability.ts";
import { chosenReward } from "./chosen_reward.ts";
import { referenceKl } from "./reference_kl.ts";
import { rejectedLogProbability } from "./rejected_log_probability.ts";
import { rejectedReward } from "./rejected_reward.ts";
import { rewardAccuracy } from "./reward_accuracy.ts";
import { rewardCalibration } from "./reward_calibration.ts";
import { rewardMargin } from "./reward_margin.ts";

/** The metrics, those of all models first. */
export const preferenceMetrics = [
  rewardAccuracy,
  rewardMargin,
  rewardCalibration,
  chosenReward,
  rejectedReward,
  chosenLogProbability,
  rejectedLogProbability,
  referenceKl,
] as const;
