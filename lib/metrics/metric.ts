/**
 * The contract of a metric, and the check that a metric is only asked about rows it can score.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import type { AnyPredictions } from "../nn/predictions.ts";

/** One label a row, any number of labels a row, numbers, or next tokens. */
export type PredictionKind = "single" | "multi" | "regression" | "language";

/** What a model said about held-out rows. Make it with `predictionsOf`. */
export interface Predictions {
  /** One label a row, any number of labels a row, numbers, or next tokens. */
  readonly kind: PredictionKind;
  /** The name of each output. */
  readonly labels: readonly string[];
  /** How many rows were predicted; at least one. */
  readonly rows: number;
  /**
   * `[rows × outputs]`, row after row: logits, the values of a regression, or of next tokens the mean
   * loss of each row's tokens.
   */
  readonly logits: Float32Array;
  /**
   * Same shape: softmax of a single label, sigmoid of many; for a regression the values; for next
   * tokens the geometric mean of their probabilities.
   */
  readonly probabilities: Float32Array;
  /**
   * Single: the class index of each row. Multi: `[rows × outputs]` of 0 and 1. Regression: values.
   * Next tokens: how many were predicted in each row.
   */
  readonly truth: Int32Array | Float32Array;
  /** The same shape as `truth`; for next tokens the losses. */
  readonly predicted: Int32Array | Float32Array;
}

/** Scores predictions: one number, or whatever `Value` is. */
export interface Metric<Value = number, Predicted extends AnyPredictions = Predictions> {
  /** The name under which a report shows it, which is also its public name. */
  readonly name: string;
  /** The kinds of prediction that it scores. */
  readonly kinds: readonly string[];
  /** Which of two numbers is better, for early stopping; without meaning for other values. */
  readonly better: "higher" | "lower";
  /** The least and the greatest value; any number unless given. */
  readonly range?: readonly [number, number];
  /**
   * The value for these rows; NaN (null in JSON) where the metric is not defined.
   * @throws {TunebookError} of kind `input` when the metric does not score this kind.
   */
  compute(predictions: Predicted): Value;
}

const classScores = ["f1", "precision", "recall"];

/** The metrics that score each kind, for the message of an error; a test compares it with them. */
export const metricNames: Readonly<Record<string, readonly string[]>> = {
  single: ["accuracy", "auc", "confusionMatrix", ...classScores, "matthews"],
  multi: ["accuracy", "auc", ...classScores],
  regression: ["mse", "pearson", "spearman"],
  language: ["perplexity"],
  retrieval: ["mrr", "ndcg", "recallAt"],
  triplets: ["tripletAccuracy"],
  similarity: ["cosinePearson", "cosineSpearman"],
  pairs: ["averagePrecision", "pairAccuracy"],
};

const described: Record<string, string> = {
  single: "predictions of one label a row",
  multi: "predictions of many labels a row",
  regression: "predictions of numbers",
  language: "predictions of next tokens",
  retrieval: "a search",
  triplets: "triplets of texts",
  similarity: "pairs of texts with scores",
  pairs: "pairs of texts that are alike or not",
};

/** Makes a metric that refuses the kinds it does not score. */
export function metric<Value = number, Predicted extends AnyPredictions = Predictions>(
  definition: Metric<Value, Predicted>,
): Metric<Value, Predicted> {
  const { name, kinds, compute } = definition;
  return Object.freeze({
    ...definition,
    compute(predictions: Predicted): Value {
      const { kind } = predictions;
      if (!kinds.includes(kind)) {
        throw new TunebookError(
          "input",
          `${name} does not score ${described[kind]} ("${kind}"). ` +
            `Metrics that do: ${metricNames[kind].join(", ")}.`,
        );
      }
      return compute(predictions);
    },
  });
}
