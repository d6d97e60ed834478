/**
 * What makes one model of several: methods that merge tensors, and the merging of whole models.
 *
 * @module
 */

// Methods of merging
export { breadcrumbs, type BreadcrumbsOptions } from "./lib/combine/merge/breadcrumbs.ts";
export { dare, type DareOptions } from "./lib/combine/merge/dare.ts";
export { della, type DellaOptions } from "./lib/combine/merge/della.ts";
export { linearMerge, type LinearMergeOptions } from "./lib/combine/merge/linear_merge.ts";
export type { MergeMethod, TensorGroup } from "./lib/combine/merge/merge_method.ts";
export { modelStock, type ModelStockOptions } from "./lib/combine/merge/model_stock.ts";
export { nearSwap, type NearSwapOptions } from "./lib/combine/merge/near_swap.ts";
export { passthrough, type PassthroughOptions } from "./lib/combine/merge/passthrough.ts";
export { sce, type SceOptions } from "./lib/combine/merge/sce.ts";
export { karcherMean, type KarcherMeanOptions } from "./lib/combine/merge/sphere/karcher_mean.ts";
export { multiSlerp, type MultiSlerpOptions } from "./lib/combine/merge/sphere/multi_slerp.ts";
export { nuSlerp, type NuSlerpOptions } from "./lib/combine/merge/sphere/nu_slerp.ts";
export { slerp, type SlerpOptions } from "./lib/combine/merge/sphere/slerp.ts";
export { taskArithmetic, type TaskArithmeticOptions } from "./lib/combine/merge/task_arithmetic.ts";
export type { Rescale } from "./lib/combine/merge/task_vectors/sparsify.ts";
export { ties, type TiesOptions } from "./lib/combine/merge/ties.ts";

// Merging of models
export type { LayerSlice } from "./lib/combine/merge/layer_slices.ts";
export type { LayerWeights, ModelWeights } from "./lib/combine/merge/tensor_weights.ts";
export {
  type ExtractedLora,
  extractLora,
  type ExtractLoraOptions,
} from "./lib/pipeline/merge/extract_lora.ts";
export { type Merge, merge, type SaveMergeOptions } from "./lib/pipeline/merge/merge.ts";
export type { MergeChoice, ScoredMerge } from "./lib/pipeline/merge/merge_choice.ts";
export type { MergeOptions } from "./lib/pipeline/merge/merge_options.ts";
export type { VocabularyOptions } from "./lib/pipeline/merge/vocabulary_options.ts";
export type {
  ChoiceReceipt,
  MergeChoiceKind,
  MergedFrom,
  MergeReceipt,
} from "./lib/pipeline/merge/merge_receipt.ts";

// What a model was made of
export { lineage } from "./lib/pipeline/lineage/lineage.ts";
export type { Lineage, LineageStep } from "./lib/pipeline/lineage/lineage_step.ts";
export type { CardReceipt, CardScore } from "./lib/serve/model_card.ts";

// A merge as a stage: scored, chosen by validation rows, deployed
export type {
  GreedySoupOptions,
  ModelWeightSpace,
  SearchWeightsOptions,
  WeightParameter,
} from "./lib/pipeline/merge/choice_options.ts";
export type { SingleModel } from "./lib/pipeline/merge/merge_outcome.ts";
export type { MergeResult } from "./lib/pipeline/merge/merge_result.ts";
export type { MergeChoiceSpec, MergeSpec } from "./lib/pipeline/merge/merge_spec.ts";
export type { MergeDataStage, MergePlan } from "./lib/pipeline/merge/merge_stages.ts";

// Distillation: what one model learns from others
export { distillation } from "./lib/tasks/distillation.ts";
export {
  sequenceDistillation,
  type SequenceDistillationOptions,
} from "./lib/tasks/sequence_distillation.ts";
export { gkd, type GkdOptions, type TaughtLanguageTask } from "./lib/tasks/gkd.ts";
export type {
  DeployedTeacher,
  DistillationOptions,
  Teacher,
} from "./lib/tasks/distillation/options.ts";
export type { HiddenOptions } from "./lib/tasks/distillation/state_loss.ts";
export type {
  AttentionRelation,
  TaughtAttentionOptions,
} from "./lib/tasks/distillation/attention_options.ts";
export type { LayerMap } from "./lib/tasks/distillation/layer_map.ts";

// Ensembles: what several models say about the same rows
export {
  averagePredictions,
  type EnsembleOptions,
} from "./lib/combine/ensemble/average_predictions.ts";
export {
  type GreedyEnsemble,
  greedyEnsemble,
  type GreedyEnsembleOptions,
} from "./lib/combine/ensemble/greedy_ensemble.ts";
export type { CombinedPredictions } from "./lib/combine/ensemble/same_rows.ts";
export { type RowUncertainty, uncertaintyOf } from "./lib/combine/ensemble/uncertainty.ts";
export {
  type StackedPredictions,
  stackPredictions,
  type StackPredictionsOptions,
} from "./lib/pipeline/ensemble/stack_predictions.ts";
export {
  type PlanStack,
  stackPlans,
  type StackPlansOptions,
} from "./lib/pipeline/ensemble/stack_plans.ts";
export {
  type EnsembleReceipt,
  type OpenEnsemble,
  openEnsemble,
  type OpenEnsembleOptions,
  saveEnsemble,
  type SaveEnsembleOptions,
} from "./lib/pipeline/serve/open_ensemble.ts";
export { votePredictions } from "./lib/combine/ensemble/vote.ts";

// Models that answer together
export {
  type Ensemble,
  ensemble,
  type EnsembleAnswer,
  type EnsembleReport,
  type EnsembleRows,
  type EnsembleSettings,
} from "./lib/pipeline/ensemble/ensemble.ts";
export type {
  EnsembleAdapters,
  EnsembleMember,
  EnsembleMembers,
} from "./lib/pipeline/ensemble/ensemble_members.ts";
export type {
  CalibrationFigures,
  DoubtFigures,
  EnsembleFigures,
  EnsembleMetrics,
  MemberScores,
} from "./lib/pipeline/ensemble/ensemble_report.ts";

// Calibration
export { isotonicCalibration } from "./lib/combine/calibration/isotonic_calibration.ts";
export {
  type Calibration,
  type TemperatureScaling,
  temperatureScaling,
} from "./lib/combine/calibration/temperature_scaling.ts";
