/**
 * tunebook: fine-tune pretrained models in TypeScript, in a notebook or from the command line. What
 * tasks, metrics, methods, families and targets of your own are made of stands in `extend.ts`, what
 * draws in `charts.ts`, what is about images alone in `images.ts`, what watches a served model in
 * `watching.ts`, what asks people in `feedback.ts`, what learns from their judgements and from rewards in
 * `judgements.ts`, what follows runs in `tracking.ts`, what searches for hyper-parameters in `search.ts`, and
 * what advises before a training in `advice.ts`; all of it is imported from "tunebook".
 * `judgements.ts`, what follows runs in `tracking.ts`, what searches for hyper-parameters in `search.ts`,
 * and what selects among models in `selection.ts`; all of it is imported from "tunebook".
 *
 * @module
 */
export * from "./extend.ts";
export * from "./charts.ts";
export * from "./images.ts";
export * from "./watching.ts";
export * from "./feedback.ts";
export * from "./judgements.ts";
export * from "./tracking.ts";
export * from "./search.ts";
export * from "./combine.ts";
export * from "./probing.ts";
export * from "./pruning.ts";
export * from "./explaining.ts";
export * from "./advice.ts";
export * from "./selection.ts";

// The pipeline
export type { NewModelOptions } from "./lib/models/fresh/new_options.ts";
export { model, type ModelOptions, type ModelStage } from "./lib/pipeline/model.ts";
export type {
  GraphHead,
  GraphOptions,
  GraphPreprocessor,
} from "./lib/weights/graph/graph_options.ts";
export { type AdaptStage, type DataStage, Plan } from "./lib/pipeline/plan.ts";
export type { MetricFor, PredictedBy, ScoresOf, WrittenMetric } from "./lib/pipeline/plan_types.ts";
export { ComparePlan } from "./lib/pipeline/compare/compare_plan.ts";
export type {
  Budget,
  ComparedMetric,
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
export { approximateRandomization } from "./lib/pipeline/compare/approximate_randomization.ts";
export { type PairedBootstrap, pairedBootstrap } from "./lib/pipeline/compare/paired_bootstrap.ts";
export type { PairedTest, PairedTestOptions } from "./lib/pipeline/compare/paired_test.ts";
export type { DataPreview, PreviewOptions } from "./lib/pipeline/display/data_preview.ts";
export type { PreviewRow } from "./lib/pipeline/display/preview_row.ts";
export type { Picture } from "./lib/image/picture.ts";
export type { AdapterSource } from "./lib/pipeline/open/adapter_source.ts";
export { open, type OpenFolderOptions } from "./lib/pipeline/open/open.ts";
export type { OpenModel } from "./lib/pipeline/open/open_model.ts";
export { serve, type ServeModelsOptions } from "./lib/pipeline/serve/serve.ts";
export type { ServeStoreOptions, ServeWatchOptions } from "./lib/pipeline/serve/open_watches.ts";
export type { ServeResultOptions } from "./lib/pipeline/serve/serve_result.ts";
export type { ServeSources } from "./lib/pipeline/serve/served_sources.ts";
export type { ServeOptions } from "./lib/serve/serve_options.ts";
export type { Server } from "./lib/serve/server.ts";
export type { Writer } from "./lib/pipeline/write/writer.ts";
export type {
  ChatOptions,
  Conversation,
  ConversationPlace,
  Message,
} from "./lib/generate/conversation.ts";
export type { FinishReason, GeneratedText } from "./lib/generate/generated_text.ts";
export type { GenerateOptions } from "./lib/generate/generate_options.ts";
export {
  parseToolCalls,
  type ToolCallFormat,
  type ToolCallOptions,
  type ToolCalls,
} from "./lib/generate/tool_calls/parse_tool_calls.ts";
export type { ToolCall, UnparsedCall } from "./lib/generate/tool_calls/tool_call.ts";
export type { TokenLogprob, TokenLogprobs } from "./lib/generate/token_logprobs.ts";
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
export type { EvaluateOptions, WritingOptions } from "./lib/pipeline/evaluate_options.ts";
export type { SampleAtStep, WrittenSample } from "./lib/pipeline/write/samples.ts";
export type { DrawnAtStep, DrawnSample } from "./lib/pipeline/draw/sample_drawer.ts";
export type { PlanJson } from "./lib/pipeline/plan_json.ts";
export type {
  AnyMetric,
  AnyTask,
  DataOptions,
  DataSource,
  PlanSpec,
  SplitSettings,
} from "./lib/pipeline/plan_spec.ts";
export type { RunOptions } from "./lib/pipeline/run/run_plan.ts";
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
export type { ChosenRanks } from "./lib/pipeline/run/choose_ranks.ts";
export type { RunResult, RunSummary } from "./lib/pipeline/run/run_result.ts";

// Tasks
export {
  textClassification,
  type TextClassificationOptions,
} from "./lib/tasks/text_classification.ts";
export type { TextInput } from "./lib/tasks/text_classification/labelled_texts.ts";
export type { Prediction } from "./lib/tasks/text_classification/prediction.ts";
export {
  imageClassification,
  type ImageClassificationOptions,
} from "./lib/tasks/image_classification.ts";
export type { LabelColumnOptions } from "./lib/tasks/shared/label_column.ts";
export type { SaidLabel } from "./lib/tasks/shared/labelled_rows.ts";
export type { BatchDraw, Feeds, FeedsSoon } from "./lib/nn/feeds.ts";
export type { TargetsContext } from "./lib/nn/objective.ts";
export type { ImageInput } from "./lib/tasks/shared/image_input.ts";
export type { ImagePrediction } from "./lib/tasks/image_classification/prediction.ts";
export { imageGeneration } from "./lib/tasks/image_generation.ts";
export type { ImageGenerationOptions } from "./lib/tasks/image_generation/options.ts";
export type {
  DrawingInput,
  DrawingRequest,
  GeneratedImage,
} from "./lib/tasks/image_generation/drawing.ts";
export { imageSegmentation } from "./lib/tasks/image_segmentation.ts";
export type { ImageSegmentationOptions } from "./lib/tasks/image_segmentation/options.ts";
export type { SegmentedImage, SegmentedLabel } from "./lib/tasks/image_segmentation/prediction.ts";
export { objectDetection, type ObjectDetectionOptions } from "./lib/tasks/object_detection.ts";
export type {
  DetectorLossOptions,
  QueryLossOptions,
} from "./lib/tasks/object_detection/detector.ts";
export type {
  DetectedObject,
  DetectionPrediction,
} from "./lib/tasks/object_detection/prediction.ts";
export { chat, type ChatTask } from "./lib/tasks/chat.ts";
export type { ChatTaskOptions, Learn } from "./lib/tasks/chat/options.ts";
export { renderChat, type RenderChatOptions } from "./lib/text/chat/render_chat.ts";
export {
  type ChatSource,
  type ChatTemplate,
  chooseTemplate,
} from "./lib/text/chat/chat_template.ts";
export type { TokenizerFacts } from "./lib/text/chat/built_in_templates.ts";
export type { ChatMessage, ChatTool } from "./lib/text/chat/chat_message.ts";
export { type EndTokens, endTokens } from "./lib/text/chat/end_tokens.ts";
export { textGeneration, type TextTask } from "./lib/tasks/text_generation.ts";
export type { TextGenerationOptions } from "./lib/tasks/text_generation/options.ts";
export { type PairTask, text2text, type Text2TextOptions } from "./lib/tasks/text2text.ts";
export { translation, type TranslationOptions } from "./lib/tasks/translation.ts";
export { summarization, type SummarizationOptions } from "./lib/tasks/summarization.ts";
export { tokenClassification } from "./lib/tasks/token_classification.ts";
export type { ScoredSpan } from "./lib/tasks/token_classification/aggregate.ts";
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
export type { LossName } from "./lib/tasks/sentence_embeddings/losses.ts";
export type { EmbeddingPredictions } from "./lib/tasks/sentence_embeddings/held_out.ts";
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
export { prefixTuning } from "./lib/adapters/prefix_tuning.ts";
export type { PrefixStart, PrefixTuningOptions } from "./lib/adapters/prefix_tuning_options.ts";
export { qlora, type QloraOptions } from "./lib/adapters/qlora.ts";
export { head } from "./lib/adapters/head.ts";
export { full, type FullOptions } from "./lib/adapters/full.ts";
export { peft } from "./lib/adapters/peft.ts";
export type { PeftConfig } from "./lib/adapters/peft/config.ts";
export { type LoadedAdapter, readPeftFolder } from "./lib/adapters/peft/folder.ts";

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
export type { SyncOptions } from "./lib/train/sync_option.ts";
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
export type { ClassScore, LabelPredictions } from "./lib/metrics/class_score.ts";
export {
  bestNullThreshold,
  type NullThresholds,
  type ThresholdScore,
} from "./lib/metrics/best_null_threshold.ts";
export { bleu, type BleuOptions } from "./lib/metrics/bleu.ts";
export { chrf, type ChrfOptions } from "./lib/metrics/chrf.ts";
export { type ConfusionMatrix, confusionMatrix } from "./lib/metrics/confusion_matrix.ts";
export { distinctN, type DistinctNOptions } from "./lib/metrics/distinct_n.ts";
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
export { exactMatchText, type ExactMatchTextOptions } from "./lib/metrics/exact_match_text.ts";
export { judge, type JudgeAnswer, type JudgedRow, type JudgeOptions } from "./lib/metrics/judge.ts";
export { cosinePearson } from "./lib/metrics/cosine_pearson.ts";
export { cosineSpearman } from "./lib/metrics/cosine_spearman.ts";
export { f1 } from "./lib/metrics/f1.ts";
export { matthews } from "./lib/metrics/matthews.ts";
export type { AdditiveScore, Metric, PrepareOptions, RowStatistics } from "./lib/metrics/metric.ts";
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
export {
  type TextPredictions,
  textPredictions,
  type TextPredictionsInput,
} from "./lib/nn/text_predictions.ts";
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
export { rouge1 } from "./lib/metrics/rouge1.ts";
export { rouge2 } from "./lib/metrics/rouge2.ts";
export { rougeL } from "./lib/metrics/rouge_l.ts";
export { rougeLsum } from "./lib/metrics/rouge_lsum.ts";
export type { RougeOptions } from "./lib/metrics/text/rouge_score.ts";
export type { RougeTokenizer } from "./lib/metrics/text/rouge_tokens.ts";
export { spearman } from "./lib/metrics/spearman.ts";
export { ter, type TerOptions } from "./lib/metrics/ter.ts";
export type { BleuSmoothing } from "./lib/metrics/text/bleu_counts.ts";
export type { BleuTokenizer } from "./lib/metrics/text/bleu_tokenizers.ts";
export type { TextScore } from "./lib/metrics/text/text_score.ts";
export { tokenAccuracy } from "./lib/metrics/token_accuracy.ts";
export type { TagPredictions } from "./lib/nn/tag_predictions.ts";
export type { TagScheme } from "./lib/nn/tags/tag_scheme.ts";
export { tripletAccuracy } from "./lib/metrics/triplet_accuracy.ts";

// Deploy targets
export { adapter, type AdapterOptions } from "./lib/deploy/adapter.ts";
export { adapters, type AdaptersOptions } from "./lib/deploy/adapters.ts";
export { browser, type BrowserOptions } from "./lib/deploy/browser.ts";
export { container, type ContainerOptions } from "./lib/deploy/container.ts";
export { edge, type EdgeOptions } from "./lib/deploy/edge.ts";
export { executable, type ExecutableOptions } from "./lib/deploy/executable.ts";
export { gguf, type GgufOptions } from "./lib/deploy/gguf.ts";
export { hub, type HubOptions } from "./lib/deploy/hub.ts";
export type { CardOptions } from "./lib/deploy/hub/model_card.ts";
export type { UploadedCommit } from "./lib/deploy/hub/uploaded_commit.ts";
export type { WebAssemblyReceipt } from "./lib/deploy/edge/web_assembly_receipt.ts";
export type { ServerReceipt } from "./lib/deploy/server/server_receipt.ts";
export type { FileSize } from "./lib/deploy/list_files.ts";
export { merged, type MergedOptions } from "./lib/deploy/merged.ts";
export { mobile, type MobileOptions } from "./lib/deploy/mobile.ts";
export { onnx, type OnnxOptions } from "./lib/deploy/onnx.ts";
export { sentenceTransformers } from "./lib/deploy/sentence_transformers.ts";
export type { Agreement, ComputeDrift } from "./lib/deploy/compute_drift.ts";
export type { FormProof, Receipt, WasmProof } from "./lib/deploy/target.ts";
export type { RowScore } from "./lib/deploy/held_out.ts";
export type { ChainStep, DeploymentChain } from "./lib/pipeline/run/deployment_chain.ts";

// Tables and data
export { requireColumns, textColumn, type TextColumnOptions } from "./lib/table/columns.ts";
export { type ConllOptions, readConll, type ReadConllOptions } from "./lib/table/conll.ts";
export {
  type ReadSettings,
  readTable,
  type ReadTableOptions,
  type TableFormat,
} from "./lib/table/read_table.ts";
export {
  type ColumnValues,
  type Table,
  tableFromColumns,
  tableFromRows,
} from "./lib/table/table.ts";
export { writeTable, type WriteTableOptions } from "./lib/table/write_table.ts";
export {
  type LabelKind,
  type Labels,
  readLabels,
  type ReadLabelsOptions,
} from "./lib/data/labels.ts";
export { describeSplits, type DescribeSplitsOptions } from "./lib/data/report.ts";
export type { SplitReport, SplitSummary } from "./lib/data/split_report.ts";
// Images as data
export type { Channels, Image } from "./lib/image/image.ts";
export { decodeImage, type DecodeImageOptions } from "./lib/image/decode_image.ts";
export { imageBytes, type ImageBytesOptions } from "./lib/image/image_bytes.ts";
export type { ImageObject, PixelBox } from "./lib/image/image_object.ts";
export type { RunMask } from "./lib/image/masks/run_mask.ts";
export { type PixelMask, readMask } from "./lib/image/masks/read_mask.ts";
export type { PixelSize } from "./lib/image/pixel_size.ts";
export type { Region } from "./lib/image/resample/resample.ts";
export type { ResampleName } from "./lib/image/resample/filters.ts";
export type { Placement } from "./lib/image/processor/placement.ts";
export type { ConfigRecord } from "./lib/image/processor/processor_defaults.ts";
export { imageProcessor, type PixelProcessor } from "./lib/image/processor/image_processor.ts";
export type { Augmentation, AugmentNoise, ImageExample } from "./lib/image/augment/augmentation.ts";
export type { AugmentationSpec } from "./lib/image/augment/augmentations.ts";
export { augmented } from "./lib/image/augment/augmentation.ts";
export { colorJitter, type ColorJitterOptions } from "./lib/image/augment/color_jitter.ts";
export { cutmix, type CutmixOptions } from "./lib/image/augment/cutmix.ts";
export { horizontalFlip, type HorizontalFlipOptions } from "./lib/image/augment/horizontal_flip.ts";
export type { ImageBatch } from "./lib/image/augment/image_batch.ts";
export { type BatchAugmentation, mixup, type MixupOptions } from "./lib/image/augment/mixup.ts";
export { randAugment, type RandAugmentOptions } from "./lib/image/augment/rand_augment.ts";
export { randomErasing, type RandomErasingOptions } from "./lib/image/augment/random_erasing.ts";
export {
  randomResizedCrop,
  type RandomResizedCropOptions,
} from "./lib/image/augment/random_resized_crop.ts";
export { imageFolder, type ImageFolderOptions } from "./lib/data/images/image_folder.ts";
export { maskFolder, type MaskFolderOptions } from "./lib/data/images/mask_folder.ts";
export type { ObjectOptions } from "./lib/data/images/object_table.ts";
export { type CocoOptions, readCoco } from "./lib/data/images/read_coco.ts";
export { readVoc, type VocOptions } from "./lib/data/images/read_voc.ts";
export { readYolo, type YoloOptions } from "./lib/data/images/read_yolo.ts";

export { type SplitOptions, splitTable } from "./lib/data/split.ts";
export type { Splits } from "./lib/table/splits.ts";

// What everything uses
export { type ErrorKind, type Mistake, mistakes, TunebookError } from "./lib/core/errors.ts";
export type { Progress, ProgressOptions } from "./lib/core/progress.ts";
export { Random, type RandomState } from "./lib/core/random.ts";
