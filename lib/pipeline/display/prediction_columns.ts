/**
 * What a model said of each held-out row, as columns that programs read.
 *
 * @module
 */
import { rowCrossEntropy } from "../../evaluate/row_cross_entropy.ts";
import { chrf } from "../../metrics/chrf.ts";
import type { AnswerPredictions } from "../../nn/answer_predictions.ts";
import type { BoxPredictions } from "../../nn/box_predictions.ts";
import type {
  RetrievalPredictions,
  SimilarityPredictions,
} from "../../nn/embedding_predictions.ts";
import type { MaskPredictions } from "../../nn/mask_predictions.ts";
import type { AnyPreferencePredictions, JudgedAnswers } from "../../nn/preference_predictions.ts";
import type { AnyPredictions, Predictions } from "../../nn/predictions.ts";
import { tagNames, type TagPredictions } from "../../nn/tag_predictions.ts";
import type { TextPredictions } from "../../nn/text_predictions.ts";
import { rowIous } from "./wrong_pixels.ts";

/** Values by the names of their columns, [rows] each. */
export type PredictionColumns = Readonly<Record<string, readonly unknown[]>>;

/** The columns of predictions; undefined for kinds that are not of single rows. */
export function predictionColumns(predictions: AnyPredictions): PredictionColumns | undefined {
  const make = Object.hasOwn(makers, predictions.kind) ? makers[predictions.kind] : undefined;
  return make?.(predictions as never);
}

const makers: Readonly<Record<string, (predictions: never) => PredictionColumns | undefined>> = {
  single: singleColumns,
  multi: multiColumns,
  regression: ({ predicted }: Predictions<"regression">) => ({ predicted: [...predicted] }),
  language: ({ truth, logits }: Predictions<"language">) => ({
    tokens: [...truth],
    loss: [...logits],
  }),
  tags: ({ labels, predicted }: TagPredictions) => ({
    predicted: predicted.map((tags) => tagNames(labels, tags)),
  }),
  answers: ({ predicted, best, nullDifferences }: AnswerPredictions) => ({
    predicted: [...predicted],
    best: [...best],
    // Infinite where there is no text.
    nullDifference: Array.from(nullDifferences, (each) => Number.isFinite(each) ? each : null),
  }),
  text: textColumns,
  mask: (predictions: MaskPredictions) => ({ meanIou: [...rowIous(predictions)] }),
  similarity: ({ cosines }: SimilarityPredictions) => ({ cosine: [...cosines] }),
  // Where several rows have the same query, ranks are of queries, not of rows.
  retrieval: ({ rows, ranks }: RetrievalPredictions) =>
    ranks.length === rows ? { rank: ranks.map((each) => Math.min(...each)) } : undefined,
  boxes: ({ labels, predicted }: BoxPredictions) => ({
    predicted: predicted.map((boxes) =>
      boxes.map(({ box, label, score }) => ({ box, label: labels[label], score }))
    ),
  }),
  preference: preferenceColumns,
  reward: preferenceColumns,
};

function singleColumns(
  { rows, labels, truth, predicted, probabilities, logits }: Predictions<"single">,
): PredictionColumns {
  const { length } = labels;
  const of = <Value>(value: (row: number) => Value) =>
    Array.from({ length: rows }, (_, row) => value(row));
  return {
    predicted: of((row) => labels[predicted[row]]),
    wrong: of((row) => predicted[row] !== truth[row]),
    loss: of((row) =>
      rowCrossEntropy(logits.subarray(row * length, (row + 1) * length), truth[row])
    ),
    probabilities: of((row) => named(labels, probabilities, row)),
  };
}

function multiColumns(
  { rows, labels, predicted, truth, probabilities }: Predictions<"multi">,
): PredictionColumns {
  const all = Array.from({ length: rows }, (_, row) => row);
  const at = (row: number, label: number) => row * labels.length + label;
  return {
    predicted: all.map((row) => labels.filter((_, label) => predicted[at(row, label)] === 1)),
    wrong: all.map((row) =>
      labels.some((_, label) => predicted[at(row, label)] !== truth[at(row, label)])
    ),
    probabilities: all.map((row) => named(labels, probabilities, row)),
  };
}

/** The values of a row by the labels' names. */
function named(labels: readonly string[], values: Float32Array, row: number) {
  return Object.fromEntries(labels.map((name, at) => [name, values[row * labels.length + at]]));
}

function textColumns(predictions: TextPredictions): PredictionColumns {
  const { predicted, references } = predictions;
  const written = { written: [...predicted] };
  if (references.some((each) => each.length === 0)) return written;
  const { statistics, scoreOf } = chrf.additive!;
  const { size, values } = statistics(predictions);
  const chrF = predicted.map((_, row) => scoreOf(values.subarray(row * size, (row + 1) * size)));
  return { ...written, chrF };
}

/** A row may have several better and worse answers. */
function preferenceColumns(
  { rows, chosen, rejected }: AnyPreferencePredictions,
): PredictionColumns {
  const byRow = ({ rowOf, rewards }: JudgedAnswers) => {
    const all: number[][] = Array.from({ length: rows }, () => []);
    rowOf.forEach((row, at) => all[row].push(rewards[at]));
    return all;
  };
  return { chosenRewards: byRow(chosen), rejectedRewards: byRow(rejected) };
}
