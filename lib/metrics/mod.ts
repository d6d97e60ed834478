/**
 * The metrics. A new one is one file and one line here.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import { accuracy } from "./accuracy.ts";
import { answerF1 } from "./answer_f1.ts";
import { auc } from "./auc.ts";
import { bestNullThreshold } from "./best_null_threshold.ts";
import { confusionMatrix } from "./confusion_matrix.ts";
import { entityErrors } from "./entity_errors.ts";
import { entityF1 } from "./entity_f1.ts";
import { entityPrecision } from "./entity_precision.ts";
import { entityRecall } from "./entity_recall.ts";
import type { EntityAverages } from "./entity_score.ts";
import { exactMatch } from "./exact_match.ts";
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
import { precision } from "./precision.ts";
import { recall } from "./recall.ts";
import { recallAt } from "./recall_at.ts";
import { spearman } from "./spearman.ts";
import { tokenAccuracy } from "./token_accuracy.ts";
import { tripletAccuracy } from "./triplet_accuracy.ts";

const variants = ({ macro, micro, weighted, perClass }: typeof f1 | EntityAverages) => [
  macro,
  micro,
  weighted,
  perClass,
];

const answerVariants = (score: typeof answerF1) => [score, score.answerable, score.unanswerable];

/** A metric of any value and any kind. */
// deno-lint-ignore no-explicit-any
type NamedMetric = Metric<unknown, any>;

/** All metrics by name. */
export const metrics: Readonly<Record<string, NamedMetric>> = Object.fromEntries(
  [
    accuracy,
    ...answerVariants(answerF1),
    auc,
    auc.perClass,
    bestNullThreshold,
    confusionMatrix,
    entityErrors,
    ...[entityF1, entityPrecision, entityRecall].flatMap((score) => [
      score,
      ...variants(score),
      score.strict,
      ...variants(score.strict),
    ]),
    ...answerVariants(exactMatch),
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
    spearman,
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

/** The metric that a plan file or a flag names. */
export function metricOf(name: string): NamedMetric {
  if (Object.hasOwn(metrics, name)) return metrics[name];
  const known = Object.keys(metrics);
  const plain = known.filter((each) => !each.includes("."));
  throw new TunebookError(
    "input",
    `there is no metric "${name}"${didYouMean(name, known)}. Metrics: ${plain.join(", ")}`,
  );
}
