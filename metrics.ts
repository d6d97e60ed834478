/**
 * Scores of labels, numbers, tags, answers, vectors and written texts. Those of images stand in
 * `tunebook/vision`, those of judgements in `tunebook/judgements`.
 *
 * @module
 */
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
