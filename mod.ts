/**
 * tunebook: fine-tune pretrained models in TypeScript, in a notebook or from the command line.
 *
 * @module
 */

// The pipeline
export { model, Plan } from "./lib/pipeline/plan.ts";
export type {
  AdaptStage,
  DataStage,
  MetricFor,
  ModelOptions,
  ModelStage,
  PredictedBy,
  ScoresOf,
} from "./lib/pipeline/plan.ts";
export { ComparePlan } from "./lib/pipeline/compare/compare_plan.ts";
export type {
  Budget,
  CompareJson,
  CompareOptions,
  CompareSpec,
  SharedTrainOptions,
} from "./lib/pipeline/compare/compare_spec.ts";
export type {
  ComparedMethod,
  ComparedSeed,
  Comparison,
} from "./lib/pipeline/compare/comparison.ts";
export type { ScoreInterval } from "./lib/pipeline/compare/score_interval.ts";
export type {
  DataPreview,
  PreviewOptions,
  PreviewRow,
} from "./lib/pipeline/display/data_preview.ts";
export type { AdapterSource } from "./lib/pipeline/open/adapter_source.ts";
export { open, type OpenFolderOptions } from "./lib/pipeline/open/open.ts";
export type { OpenModel, OpenOptions } from "./lib/pipeline/open/open_model.ts";
export type {
  ActiveAdapter,
  ActiveNames,
  AdapterAnswer,
  AdapterPrediction,
  AdapterSet,
  PredictTextsOptions,
  StackOptions,
} from "./lib/pipeline/open/adapter_set.ts";
export type { AveragedAdapter } from "./lib/pipeline/open/average.ts";
export type { AverageOptions } from "./lib/adapters/several/average.ts";
export type { PlanJson } from "./lib/pipeline/plan_json.ts";
export type { DataOptions, DataSource, PlanSpec, SplitSettings } from "./lib/pipeline/plan_spec.ts";
export type { RunOptions } from "./lib/pipeline/run/run_plan.ts";
export type { RunResult, RunSummary } from "./lib/pipeline/run/run_result.ts";

// Tasks
export {
  textClassification,
  type TextClassificationOptions,
} from "./lib/tasks/text_classification.ts";
export type { TextInput } from "./lib/tasks/text_classification/labelled_texts.ts";
export type { Prediction } from "./lib/tasks/text_classification/prediction.ts";
export {
  causalLanguageModelling,
  type CausalLanguageModellingOptions,
} from "./lib/tasks/causal_language_modelling.ts";
export { tokenClassification } from "./lib/tasks/token_classification.ts";
export type { Aggregation } from "./lib/tasks/token_classification/aggregations.ts";
export type {
  TokenClassification,
  WordsInput,
} from "./lib/tasks/token_classification/labelled_words.ts";
export type {
  Subwords,
  TaggedWordsOptions,
  TaggingOptions,
  TextSpansOptions,
  TokenClassificationOptions,
} from "./lib/tasks/token_classification/options.ts";
export type { WordSplit } from "./lib/tasks/token_classification/split_words.ts";
export type {
  TaggedSpan,
  TaggedText,
  TaggedWord,
} from "./lib/tasks/token_classification/tag_answers.ts";
export { sentenceEmbeddings } from "./lib/tasks/sentence_embeddings.ts";
export type {
  EmbeddingClassesOptions,
  EmbeddingLabelsOptions,
  EmbeddingOptions,
  EmbeddingPairsOptions,
  EmbeddingScoresOptions,
  EmbeddingTripletsOptions,
  SentenceEmbeddingsOptions,
} from "./lib/tasks/sentence_embeddings/options.ts";
export type { Embedding } from "./lib/tasks/sentence_embeddings/examples.ts";
export type { DistanceName } from "./lib/tasks/sentence_embeddings/distance.ts";
export type {
  PoolingName,
  SentenceSettings,
  SentenceSource,
} from "./lib/text/sentence_settings.ts";
export { questionAnswering, type QuestionAnsweringTask } from "./lib/tasks/question_answering.ts";
export type { AnswerCandidate } from "./lib/tasks/question_answering/best_spans.ts";
export type { QuestionAnsweringOptions } from "./lib/tasks/question_answering/options.ts";
export type { Question, QuestionAnswer } from "./lib/tasks/question_answering/question_answer.ts";
export type { AnswerPredictions } from "./lib/nn/answer_predictions.ts";

// Search and few-shot classification
export {
  type Embed,
  type SearchIndex,
  searchIndex,
  type SearchOptions,
  type SearchSource,
  type TextSearchIndex,
  textSearchIndex,
  type TextSearchSource,
} from "./lib/evaluate/search_index.ts";
export type { SearchHit } from "./lib/evaluate/search_hit.ts";
export {
  type LogisticRegression,
  logisticRegression,
  type LogisticRegressionOptions,
} from "./lib/evaluate/logistic_regression.ts";
export {
  fewShot,
  type FewShotClassifier,
  type FewShotOptions,
} from "./lib/pipeline/few_shot/few_shot.ts";

// Methods
export { lora } from "./lib/adapters/lora.ts";
export { type LoraOptions, type LoraStart } from "./lib/adapters/lora_options.ts";
export { adalora } from "./lib/adapters/adalora.ts";
export { type AdaloraOptions } from "./lib/adapters/adalora_options.ts";
export { vera, type VeraOptions } from "./lib/adapters/vera.ts";
export { ia3, type Ia3Options } from "./lib/adapters/ia3.ts";
export { bitfit, type BitfitOptions } from "./lib/adapters/bitfit.ts";
export {
  type PromptStart,
  promptTuning,
  type PromptTuningOptions,
} from "./lib/adapters/prompt_tuning.ts";
export { pTuning, type PTuningOptions } from "./lib/adapters/p_tuning.ts";
export {
  type PrefixStart,
  prefixTuning,
  type PrefixTuningOptions,
} from "./lib/adapters/prefix_tuning.ts";
export { qlora, type QloraOptions } from "./lib/adapters/qlora.ts";
export { head } from "./lib/adapters/head.ts";
export { full } from "./lib/adapters/full.ts";
export { peft } from "./lib/adapters/peft.ts";
export { type LoadedAdapter, readPeftFolder } from "./lib/adapters/peft/folder.ts";

// Training
export type { TrainOptions } from "./lib/train/train_options.ts";
export { learningRateScale, type ScheduleName } from "./lib/train/schedules/mod.ts";
export type { ScheduleOptions } from "./lib/train/schedules/schedule.ts";
export type { OptimizerName } from "./lib/train/optimizers/mod.ts";
export type { OptimizerOptions } from "./lib/train/optimizers/optimizer_rule.ts";
export type { SwaOptions } from "./lib/train/averages/swa.ts";
export type { FindLearningRateOptions, LearningRateSweep } from "./lib/train/find_learning_rate.ts";
export {
  type LearningRateSuggestion,
  suggestLearningRate,
} from "./lib/train/suggest_learning_rate.ts";

// Metrics
export { accuracy } from "./lib/metrics/accuracy.ts";
export { answerF1 } from "./lib/metrics/answer_f1.ts";
export type { AnswerScore } from "./lib/metrics/answer_score.ts";
export { type Auc, auc } from "./lib/metrics/auc.ts";
export { averagePrecision } from "./lib/metrics/average_precision.ts";
export type { ClassScore } from "./lib/metrics/class_score.ts";
export {
  bestNullThreshold,
  type NullThresholds,
  type ThresholdScore,
} from "./lib/metrics/best_null_threshold.ts";
export { type ConfusionMatrix, confusionMatrix } from "./lib/metrics/confusion_matrix.ts";
export {
  type EntityErrorCounts,
  type EntityErrors,
  entityErrors,
} from "./lib/metrics/entity_errors.ts";
export { entityF1 } from "./lib/metrics/entity_f1.ts";
export { entityPrecision } from "./lib/metrics/entity_precision.ts";
export { entityRecall } from "./lib/metrics/entity_recall.ts";
export type { EntityAverages, EntityScore } from "./lib/metrics/entity_score.ts";
export { exactMatch } from "./lib/metrics/exact_match.ts";
export { cosinePearson } from "./lib/metrics/cosine_pearson.ts";
export { cosineSpearman } from "./lib/metrics/cosine_spearman.ts";
export { f1 } from "./lib/metrics/f1.ts";
export { matthews } from "./lib/metrics/matthews.ts";
export type { Metric } from "./lib/metrics/metric.ts";
export type { AnyPredictions, ClassKind, Predictions } from "./lib/nn/predictions.ts";
export {
  type PairPredictions,
  pairPredictions,
  type RetrievalPredictions,
  retrievalPredictions,
  type SimilarityPredictions,
  similarityPredictions,
  type TripletPredictions,
  tripletPredictions,
  type Vectors,
} from "./lib/nn/embedding_predictions.ts";
export { mrr } from "./lib/metrics/mrr.ts";
export { mse } from "./lib/metrics/mse.ts";
export { ndcg } from "./lib/metrics/ndcg.ts";
export { type PairAccuracy, pairAccuracy } from "./lib/metrics/pair_accuracy.ts";
export { pearson } from "./lib/metrics/pearson.ts";
export { perplexity } from "./lib/metrics/perplexity.ts";
export { precision } from "./lib/metrics/precision.ts";
export { type PredictionsInput, predictionsOf } from "./lib/tasks/shared/class_predictions.ts";
export { recall } from "./lib/metrics/recall.ts";
export { type RecallAt, recallAt } from "./lib/metrics/recall_at.ts";
export { spearman } from "./lib/metrics/spearman.ts";
export { tokenAccuracy } from "./lib/metrics/token_accuracy.ts";
export type { TagPredictions } from "./lib/nn/tag_predictions.ts";
export type { TagScheme } from "./lib/nn/tags/tag_scheme.ts";
export { tripletAccuracy } from "./lib/metrics/triplet_accuracy.ts";

// Deploy targets
export { adapter } from "./lib/deploy/adapter.ts";
export { merged, type MergedOptions } from "./lib/deploy/merged.ts";
export { onnx, type OnnxOptions } from "./lib/deploy/onnx.ts";
export { sentenceTransformers } from "./lib/deploy/sentence_transformers.ts";
export type { DeployTarget, Receipt, Reopened, TrainedModel } from "./lib/deploy/target.ts";

// Tables and data
export { requireColumns, textColumn } from "./lib/table/columns.ts";
export { type ConllOptions, readConll, type ReadConllOptions } from "./lib/table/conll.ts";
export { readTable, type ReadTableOptions, type TableFormat } from "./lib/table/read_table.ts";
export { type Table, tableFromColumns, tableFromRows } from "./lib/table/table.ts";
export { writeTable, type WriteTableOptions } from "./lib/table/write_table.ts";
export {
  type LabelKind,
  type Labels,
  readLabels,
  type ReadLabelsOptions,
} from "./lib/data/labels.ts";
export { describeSplits, type SplitReport } from "./lib/data/report.ts";
export { type SplitOptions, splitTable } from "./lib/data/split.ts";
export type { Splits } from "./lib/table/splits.ts";

// Weights
export type { Dtype } from "./lib/weights/dtype.ts";
export type { DownloadOptions } from "./lib/weights/hub_settings.ts";
export {
  type LoadedWeights,
  type LoadOptions,
  loadWeights,
  type WeightSpec,
} from "./lib/weights/load_weights.ts";
export type { ModelFolder } from "./lib/weights/model_files.ts";
export { openWeights } from "./lib/weights/open_weights.ts";
export { parseReference, type Reference } from "./lib/weights/reference.ts";
export { resolveModel, type ResolveOptions } from "./lib/weights/resolve_model.ts";
export { openSafetensors, type WeightFile } from "./lib/weights/safetensors.ts";
export type { RawTensor, TensorInfo, Weights } from "./lib/weights/weights.ts";
export {
  type TensorData,
  type TensorToWrite,
  writeSafetensors,
} from "./lib/weights/write_safetensors.ts";
export { type ShardOptions, writeShards } from "./lib/weights/write_shards.ts";

// Devices, for programs of your own
export { openDevice } from "./lib/engine/devices/open_device.ts";
export type { Device } from "./lib/engine/devices/device.ts";

// Models and contracts, for methods and architectures of your own
export { loadModel, type LoadModelOptions } from "./lib/models/load_model.ts";
export type { AttachedMethod, Method, MethodRecord } from "./lib/nn/method.ts";
export type { Family, Features, Head, ModelConfig, Stack, TextConfig } from "./lib/nn/family.ts";
export type { Objective } from "./lib/nn/objective.ts";
export type { Processor } from "./lib/nn/processor.ts";
export type { Examples, LabelledTask, Outputs, Signature, Task } from "./lib/nn/task.ts";
export type { Model } from "./lib/nn/model.ts";

// Charts and displays
export { type Attention, attentionChart } from "./lib/chart/attention_chart.ts";
export { calibrationChart, type CalibrationChartOptions } from "./lib/chart/calibration_chart.ts";
export {
  type Channel,
  type Chart,
  chart,
  type ChartOptions,
  type MarkOptions,
} from "./lib/chart/chart.ts";
export { classBarsChart } from "./lib/chart/class_bars_chart.ts";
export { confusionChart, type ConfusionCounts } from "./lib/chart/confusion_chart.ts";
export type { PredictedRows } from "./lib/chart/curves_by_class.ts";
export type { Drawing, Spec } from "./lib/chart/drawing.ts";
export {
  embeddingChart,
  type EmbeddingChartOptions,
  type Embeddings,
} from "./lib/chart/embedding_chart.ts";
export { learningRateChart, type SweepCurves } from "./lib/chart/learning_rate_chart.ts";
export { lossChart, type LossChartOptions, type RunCurves } from "./lib/chart/loss_chart.ts";
export { precisionRecallChart } from "./lib/chart/precision_recall_chart.ts";
export type { ProjectOptions } from "./lib/chart/project.ts";
export { rocChart } from "./lib/chart/roc_chart.ts";
export type { PlacesWords } from "./lib/chart/places_chart.ts";
export type { ChartData } from "./lib/chart/rows.ts";
export { methodChart, type MethodChartOptions } from "./lib/pipeline/display/method_chart.ts";
export {
  seriesChart,
  type SeriesChartOptions,
  type SeriesPoint,
} from "./lib/chart/series_chart.ts";
export { type ComparedRun, runsChart, type RunsChartOptions } from "./lib/chart/runs_chart.ts";
export type { Displayed, MimeBundle } from "./lib/core/display.ts";
export type { Notebook } from "./lib/core/notebook.ts";
export { displayOfTensor, type ShownTensor } from "./lib/engine/tensor_display.ts";
export { displayOfTable } from "./lib/table/table_display.ts";

// What everything uses
export { type ErrorKind, TunebookError } from "./lib/core/errors.ts";
export { Random, type RandomState } from "./lib/core/random.ts";
