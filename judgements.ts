/**
 * What learns from judgements: of people, as pairs of answers or marks of single ones, and of rewards, which judge what a
 * model samples.
 *
 * @module
 */

// Answers that were judged
export { cpo, type CpoOptions } from "./lib/tasks/cpo.ts";
export type { CpoLossName } from "./lib/tasks/cpo/losses.ts";
export { dpo } from "./lib/tasks/dpo.ts";
export type { DpoLossName } from "./lib/tasks/dpo/losses.ts";
export type { DpoOptions } from "./lib/tasks/dpo/options.ts";
export { kto } from "./lib/tasks/kto.ts";
export type { KtoLossName, KtoOptions } from "./lib/tasks/kto/options.ts";
export { orpo, type OrpoOptions } from "./lib/tasks/orpo.ts";
export { rewardModel, type RewardTask } from "./lib/tasks/reward_model.ts";
export type { RewardModelOptions } from "./lib/tasks/reward_model/options.ts";
export type { RewardInput } from "./lib/tasks/reward_model/reward_rows.ts";
export { simpo, type SimpoOptions } from "./lib/tasks/simpo.ts";
export type { ConversationOptions, PreferenceColumns } from "./lib/tasks/preference/options.ts";
export type { AskedPrompt } from "./lib/tasks/preference/preference_writing.ts";
export type { PreferenceTask } from "./lib/tasks/preference/preference_task.ts";
export type { ReferenceColumns } from "./lib/tasks/preference/reference_columns.ts";

// Answers that the model samples
export { grpo, type GrpoLoss, type GrpoOptions } from "./lib/tasks/grpo.ts";
export { onlineDpo, type OnlineDpoOptions } from "./lib/tasks/online_dpo.ts";
export { ppo, type PpoOptions } from "./lib/tasks/ppo.ts";
export {
  rejectionSampling,
  type RejectionSamplingOptions,
} from "./lib/tasks/rejection_sampling.ts";
export { rloo, type RlooOptions } from "./lib/tasks/rloo.ts";
export {
  type AdvantageScale,
  type GroupAdvantageOptions,
  groupAdvantages,
  leaveOneOutAdvantages,
  type LeaveOneOutOptions,
} from "./lib/tasks/rollouts/advantages.ts";
export type { KlOptions } from "./lib/tasks/rollouts/kl_options.ts";
export type { Prompt } from "./lib/tasks/rollouts/prompt_rows.ts";
export type { KlEstimator } from "./lib/tasks/rollouts/token_rewards.ts";
export type { RolloutTask } from "./lib/tasks/rollouts/rollout_task.ts";
export type { AnswersJudge } from "./lib/tasks/rollouts/pair_reward.ts";
export type { PairsLossName } from "./lib/tasks/rollouts/pairs_loss.ts";
export type { PromptOptions, SamplingOptions } from "./lib/tasks/rollouts/sampling_options.ts";
export type { JudgedPair, PairJudge, PairJudgement } from "./lib/nn/pair_judge.ts";
export type { RolloutSample } from "./lib/nn/rollout.ts";

// Rewards
export type {
  BatchReward,
  JudgedSamples,
  JudgeSamplesOptions,
  Reward,
  RewardFunction,
  RewardJudge,
  Rewards,
  RewardSample,
  RewardSpec,
  RewardStatistics,
  RewardValue,
} from "./lib/nn/reward.ts";
export { rewardJudge, type RewardJudgeOptions } from "./lib/reinforce/rewards/reward_judge.ts";
export { arithmetic, type ArithmeticOptions } from "./lib/reinforce/rewards/arithmetic.ts";
export { codeRuns, type CodeRunsOptions } from "./lib/reinforce/rewards/code_runs.ts";
export { exactAnswer, type ExactAnswerOptions } from "./lib/reinforce/rewards/exact_answer.ts";
export { jsonMatches, type JsonMatchesOptions } from "./lib/reinforce/rewards/json_matches.ts";
export type { JsonSchema } from "./lib/reinforce/rewards/schema_judge.ts";
export {
  lengthBetween,
  type LengthBetweenOptions,
  type LengthUnit,
} from "./lib/reinforce/rewards/length_between.ts";
export { matches, type MatchesOptions } from "./lib/reinforce/rewards/matches.ts";
export {
  type JudgingModel,
  rewardOf,
  type RewardOfOptions,
} from "./lib/reinforce/rewards/reward_of.ts";

// One model against another, by a judge
export type { ComparedAnswers, Winner, WinRate } from "./lib/pipeline/win_rate/win_rate.ts";
export type { WinRateOptions } from "./lib/pipeline/win_rate/win_rate_options.ts";

// Scores
export { answerKl } from "./lib/metrics/answer_kl.ts";
export { answerLength } from "./lib/metrics/answer_length.ts";
export { finishedShare } from "./lib/metrics/finished_share.ts";
export { type MeanReward, meanReward } from "./lib/metrics/mean_reward.ts";
export {
  type PromptPredictions,
  type RewardFailures,
  type RolloutAnswer,
  type RolloutPredictions,
  rolloutPredictions,
  type RolloutPredictionsInput,
} from "./lib/nn/rollout_predictions.ts";
export { chosenLogProbability } from "./lib/metrics/chosen_log_probability.ts";
export { chosenReward } from "./lib/metrics/chosen_reward.ts";
export { referenceKl } from "./lib/metrics/reference_kl.ts";
export { rejectedLogProbability } from "./lib/metrics/rejected_log_probability.ts";
export { rejectedReward } from "./lib/metrics/rejected_reward.ts";
export { rewardAccuracy } from "./lib/metrics/reward_accuracy.ts";
export { rewardCalibration } from "./lib/metrics/reward_calibration.ts";
export { rewardMargin } from "./lib/metrics/reward_margin.ts";
export {
  type AnyPreferencePredictions,
  type JudgedAnswers,
  type PreferencePredictions,
  preferencePredictions,
  type PreferencesGiven,
  type RewardPredictions,
  rewardPredictions,
  type WrittenAnswers,
} from "./lib/nn/preference_predictions.ts";
