/**
 * The metrics. A new one is one file and one line here.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import { accuracy } from "./accuracy.ts";
import { answerF1 } from "./answer_f1.ts";
import { answerKl } from "./answer_kl.ts";
import { answerLength } from "./answer_length.ts";
import { auc } from "./auc.ts";
import { bestNullThreshold } from "./best_null_threshold.ts";
import { bleu } from "./bleu.ts";
import { chrf } from "./chrf.ts";
import { confusionMatrix } from "./confusion_matrix.ts";
import { distinctN } from "./distinct_n.ts";
import { entityErrors } from "./entity_errors.ts";
import { entityF1 } from "./entity_f1.ts";
import { entityPrecision } from "./entity_precision.ts";
import { entityRecall } from "./entity_recall.ts";
import type { EntityAverages } from "./entity_score.ts";
import { exactMatch } from "./exact_match.ts";
import { exactMatchText } from "./exact_match_text.ts";
import { averagePrecision } from "./average_precision.ts";
import { cosinePearson } from "./cosine_pearson.ts";
import { cosineSpearman } from "./cosine_spearman.ts";
import { f1 } from "./f1.ts";
import { matthews } from "./matthews.ts";
import type { Metric } from "./metric.ts";
import { mrr } from "./mrr.ts";
import { mse } from "./mse.ts";
import { ndcg } from "./ndcg.ts";
import { pairAccuracy } from "./pair_accuracy.ts";
import { pearson } from "./pearson.ts";
import { perplexity } from "./perplexity.ts";
import { preferenceMetrics } from "./preference_metrics.ts";
import { precision } from "./precision.ts";
import { recall } from "./recall.ts";
import { recallAt } from "./recall_at.ts";
import { rouge1 } from "./rouge1.ts";
import { rouge2 } from "./rouge2.ts";
import { rougeL } from "./rouge_l.ts";
import { rougeLsum } from "./rouge_lsum.ts";
import { spearman } from "./spearman.ts";
import { ter } from "./ter.ts";
import { settingsOfQuery, type TextScore } from "./text/text_score.ts";
import { tokenAccuracy } from "./token_accuracy.ts";
import { averageRecall } from "./average_recall.ts";
import { boundaryF1 } from "./boundary_f1.ts";
import { detectionCurves } from "./detection_curves.ts";
import { detectionSummary } from "./detection_summary.ts";
import { denoisingError } from "./denoising_error.ts";
import { dice } from "./dice.ts";
import { fid } from "./fid.ts";
import { finishedShare } from "./finished_share.ts";
import { kid } from "./kid.ts";
import { meanAveragePrecision } from "./mean_average_precision.ts";
import { meanIou } from "./mean_iou.ts";
import { meanReward } from "./mean_reward.ts";
import { pixelAccuracy } from "./pixel_accuracy.ts";
import { top5Accuracy, topKAccuracy } from "./top_k_accuracy.ts";
import { tripletAccuracy } from "./triplet_accuracy.ts";

const variants = ({ macro, micro, weighted, perClass }: typeof f1 | EntityAverages) => [
  macro,
  micro,
  weighted,
  perClass,
];

const answerVariants = (score: typeof answerF1) => [score, score.answerable, score.unanswerable];

const boxVariants = [
  detectionCurves,
  detectionSummary,
  ...[meanAveragePrecision, averageRecall].flatMap((score) => [
    score,
    score.small,
    score.medium,
    score.large,
    score.perClass,
  ]),
  meanAveragePrecision.at50,
  meanAveragePrecision.at75,
  averageRecall.at1,
  averageRecall.at10,
  averageRecall.at100,
];

const maskVariants = [
  ...[meanIou, dice, pixelAccuracy, boundaryF1].flatMap((score) => [score, score.perClass]),
  pixelAccuracy.macro,
];

/** A metric of any value and any kind. */
// deno-lint-ignore no-explicit-any
type NamedMetric = Metric<unknown, any>;

/** All metrics by name. */
export const metrics: Readonly<Record<string, NamedMetric>> = Object.fromEntries(
  [
    accuracy,
    ...boxVariants,
    ...maskVariants,
    denoisingError,
    fid,
    kid,
    top5Accuracy,
    topKAccuracy,
    ...answerVariants(answerF1),
    auc,
    auc.perClass,
    bestNullThreshold,
    bleu,
    chrf,
    confusionMatrix,
    distinctN,
    entityErrors,
    ...[entityF1, entityPrecision, entityRecall].flatMap((score) => [
      score,
      ...variants(score),
      score.strict,
      ...variants(score.strict),
    ]),
    ...answerVariants(exactMatch),
    exactMatchText,
    averagePrecision,
    cosinePearson,
    cosineSpearman,
    f1,
    ...variants(f1),
    matthews,
    mrr,
    mse,
    ndcg,
    pairAccuracy,
    pairAccuracy.threshold,
    pearson,
    perplexity,
    precision,
    ...variants(precision),
    recall,
    ...variants(recall),
    recallAt,
    recallAt.at1,
    recallAt.at5,
    recallAt.at10,
    ...preferenceMetrics,
    meanReward,
    meanReward.perReward,
    answerLength,
    finishedShare,
    answerKl,
    rouge1,
    rouge2,
    rougeL,
    rougeLsum,
    spearman,
    ter,
    tokenAccuracy,
    tripletAccuracy,
  ].map((metric) => [metric.name, metric as NamedMetric]),
);

/** The names of the metrics that score predictions of a kind, variants of one left out. */
export function metricNamesOf(kind: string): string[] {
  return Object.values(metrics)
    .filter(({ name, kinds }) => kinds.includes(kind) && !name.includes("."))
    .map(({ name }) => name);
}

/** True for a name that `metricOf` finds a metric by. */
export function isMetricName(name: string): boolean {
  return Object.hasOwn(metrics, baseOf(name)) && (name === baseOf(name) || hasSettings(name));
}

/**
 * The metric that a plan file or a flag names, with its settings where it has some:
 * `chrf?wordOrder=2`.
 */
export function metricOf(name: string): NamedMetric {
  const base = baseOf(name);
  const known = Object.keys(metrics);
  if (Object.hasOwn(metrics, base)) {
    if (name === base) return metrics[name];
    if (hasSettings(name)) {
      const query = name.slice(base.length + 1);
      return (metrics[base] as TextScore<object>).with(settingsOfQuery(query));
    }
    throw new TunebookError("input", `the metric ${base} has no settings, but got "${name}"`);
  }
  const plain = known.filter((each) => !each.includes("."));
  throw new TunebookError(
    "input",
    `there is no metric "${name}"${didYouMean(base, known)}. Metrics: ${plain.join(", ")}`,
  );
}

function baseOf(name: string): string {
  return name.split("?", 1)[0];
}

function hasSettings(name: string): boolean {
  return "with" in metrics[baseOf(name)];
}
