/**
 * Plans from a model to a deployed folder: what `model` begins, what a run leaves, and trained models that are
 * opened again.
 *
 * @module
 */

// Plans
export type { NewModelOptions } from "./lib/models/fresh/new_options.ts";
export { model, type ModelOptions, type ModelStage } from "./lib/pipeline/model.ts";
export type {
  GraphHead,
  GraphOptions,
  GraphPreprocessor,
} from "./lib/weights/graph/graph_options.ts";
export { type AdaptStage, type DataStage, Plan } from "./lib/pipeline/plan.ts";
export type { MetricFor, PredictedBy, ScoresOf, WrittenMetric } from "./lib/pipeline/plan_types.ts";
export type { DataPreview, PreviewOptions } from "./lib/pipeline/display/data_preview.ts";
export type { PreviewRow } from "./lib/pipeline/display/preview_row.ts";
export type { Picture } from "./lib/image/picture.ts";
export type { PlanJson } from "./lib/pipeline/plan_json.ts";
export type {
  AnyMetric,
  AnyTask,
  DataOptions,
  DataSource,
  PlanSpec,
  SplitSettings,
} from "./lib/pipeline/plan_spec.ts";

// Methods compared at equal budget
export { ComparePlan } from "./lib/pipeline/compare/compare_plan.ts";
export type {
  Budget,
  ComparedMetric,
  CompareOptions,
  CompareSpec,
  SharedTrainOptions,
} from "./lib/pipeline/compare/compare_spec.ts";
export type { CompareJson } from "./lib/pipeline/compare/compare_json.ts";
export type {
  ComparedMethod,
  ComparedSeed,
  Comparison,
} from "./lib/pipeline/compare/comparison.ts";
export type { ScoreInterval } from "./lib/pipeline/compare/score_interval.ts";
export { approximateRandomization } from "./lib/pipeline/compare/approximate_randomization.ts";
export { type PairedBootstrap, pairedBootstrap } from "./lib/pipeline/compare/paired_bootstrap.ts";
export type { PairedTest, PairedTestOptions } from "./lib/pipeline/compare/paired_test.ts";

// Training
export type { Compute, ComputeOption } from "./lib/train/compute_option.ts";
export type { TrainOptions } from "./lib/train/train_options.ts";
export type { BatchOrder } from "./lib/data/batches.ts";
export {
  learningRateScale,
  type ScheduleName,
  type ScheduleSteps,
} from "./lib/train/schedules/mod.ts";
export type { ScheduleOptions } from "./lib/train/schedules/schedule.ts";
export type { OptimizerName } from "./lib/train/optimizers/mod.ts";
export type { OptimizerOptions } from "./lib/train/optimizers/optimizer_rule.ts";
export type { SwaOptions } from "./lib/train/averages/swa.ts";
export type { FrozenShardOptions } from "./lib/train/shard_option.ts";
export type { SyncOptions } from "./lib/train/sync_option.ts";
export type { FindLearningRateOptions, LearningRateSweep } from "./lib/train/find_learning_rate.ts";
export {
  type LearningRateSuggestion,
  suggestLearningRate,
} from "./lib/train/suggest_learning_rate.ts";

// Runs and their results
export type { Writer } from "./lib/pipeline/write/writer.ts";
export type { EvaluateOptions, WritingOptions } from "./lib/pipeline/evaluate_options.ts";
export type { SampleAtStep, WrittenSample } from "./lib/pipeline/write/samples.ts";
export type { DrawnAtStep, DrawnSample } from "./lib/pipeline/draw/sample_drawer.ts";
export type { RunOptions } from "./lib/pipeline/run/run_plan.ts";
export type { ChosenRanks } from "./lib/pipeline/run/choose_ranks.ts";
export type { RunResult, RunSummary } from "./lib/pipeline/run/run_result.ts";

// What a model gets wrong
export type {
  ConfusedPair,
  ErrorAnalysis,
  RowLabelIssue,
  RowLoss,
} from "./lib/pipeline/error_analysis/error_analysis.ts";
export type { ErrorAnalysisOptions } from "./lib/pipeline/error_analysis/error_analysis_options.ts";
export type { DuplicateGroup, DuplicateRow } from "./lib/pipeline/error_analysis/duplicates.ts";
export type { SplitName } from "./lib/data/images/split_names.ts";
export { type LabelIssue, labelIssues } from "./lib/evaluate/label_issues.ts";

// Trained models and their adapters
export type { AdapterSource } from "./lib/pipeline/open/adapter_source.ts";
export { open, type OpenFolderOptions } from "./lib/pipeline/open/open.ts";
export type { OpenModel } from "./lib/pipeline/open/open_model.ts";
export type { OpenOptions } from "./lib/pipeline/open/open_options.ts";
export type {
  ActiveAdapter,
  AdapterSet,
  PredictTextsOptions,
  StackOptions,
} from "./lib/pipeline/open/adapter_set.ts";
export type {
  ActiveNames,
  AdapterAnswer,
  AdapterPrediction,
} from "./lib/pipeline/open/active_names.ts";
export type {
  AdapterChatOptions,
  AdapterGenerateOptions,
  AdapterStreamOptions,
  SetWriter,
} from "./lib/pipeline/open/set_writer.ts";
export type { AveragedAdapter } from "./lib/pipeline/open/average.ts";
export type { AverageOptions } from "./lib/adapters/several/average.ts";
export type { Combination } from "./lib/adapters/several/low_rank_sum.ts";

// What everything uses
export { type ErrorKind, type Mistake, mistakes, TunebookError } from "./lib/core/errors.ts";
export type { Progress, ProgressOptions } from "./lib/core/progress.ts";
export { Random, type RandomState } from "./lib/core/random.ts";
