import { checkOptions } from "../../core/check_options.ts";
import { list, numberList, oneOf, required, type Rules } from "../../core/option_rules.ts";
import type { ClassKind, Predictions } from "../../nn/predictions.ts";
import { mistakes, TunebookError } from "../../core/errors.ts";
/**
 * From a model's logits to what it predicts: probabilities and the chosen labels.
 *
 * @module
 */

/** Logits and what is true. */
export interface PredictionsInput<Kind extends ClassKind = ClassKind> {
  /** One label a row, any number of labels a row, numbers, or next tokens. */
  kind: Kind;
  /** The name of each output. */
  labels: readonly string[];
  /** `[rows × outputs]`, row after row; of next tokens the mean loss of each row's tokens. */
  logits: Float32Array;
  /**
   * Single: the class index of each row. Multi: `[rows × outputs]` of 0 and 1. Regression: values.
   * Next tokens: how many were predicted in each row.
   */
  truth: ArrayLike<number>;
}

const rules: Rules<PredictionsInput> = {
  kind: required(oneOf(["single", "multi", "regression", "language"] satisfies ClassKind[])),
  labels: required(list),
  logits: required(numberList),
  truth: required(numberList),
};

/**
 * Adds probabilities and predictions to logits. A single label is the largest logit, the first
 * one of a tie; one of many labels is chosen when its probability is above one half.
 *
 * @throws {TunebookError} of kind `data` for no rows, sizes that do not fit or impossible truths,
 * and of kind `diverged` for logits that are not finite.
 *
 * @example
 * ```ts
 * import { accuracy, predictionsOf } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = predictionsOf({
 *   kind: "single",
 *   labels: ["bad", "good"],
 *   logits: Float32Array.of(2, -1, 0, 3), // [2 rows × 2 labels]
 *   truth: [0, 1],
 * });
 * assert.deepEqual([...predictions.predicted], [0, 1]);
 * assert.equal(accuracy.compute(predictions), 1);
 * ```
 */
export function predictionsOf<const Kind extends ClassKind>(
  given: PredictionsInput<Kind>,
): Predictions<Kind> {
  checkOptions("predictionsOf", given, rules);
  const { kind, labels, logits, truth } = given;
  const outputs = labels.length;
  const rows = kind === "single" ? truth.length : truth.length / outputs;
  if (outputs === 0) throw new TunebookError("data", "there are no labels: name each output");
  if (rows === 0) throw new TunebookError("data", "there are no rows to score");
  if (logits.length !== rows * outputs) {
    throw new TunebookError(
      "data",
      `${logits.length} logits do not fit ${truth.length} true values with ${outputs} labels; ` +
        `${kind === "single" ? "give one class index a row" : "give one true value per logit"}`,
    );
  }
  checkTruth(kind, labels, truth);
  checkFinite(logits, outputs);
  return { kind, labels, logits, rows, ...valuesOf(kind, { labels, logits, truth }) };
}

/** The probabilities, the truth and the predictions of each kind. */
function valuesOf(
  kind: ClassKind,
  { labels, logits, truth }: Pick<PredictionsInput, "labels" | "logits" | "truth">,
): Pick<Predictions, "truth" | "probabilities" | "predicted"> {
  const outputs = labels.length;
  const rows = truth.length;
  switch (kind) {
    case "single":
      return {
        truth: Int32Array.from(truth),
        probabilities: softmax(logits, outputs),
        predicted: Int32Array.from({ length: rows }, (_, row) => largest(logits, row, outputs)),
      };
    case "multi":
      return {
        truth: Int32Array.from(truth),
        probabilities: logits.map(sigmoid),
        // Read from the logit, because a tiny positive one already rounds to one half.
        predicted: Int32Array.from(logits, (logit) => logit > 0 ? 1 : 0),
      };
    case "regression":
      return {
        truth: Float32Array.from(truth),
        probabilities: logits,
        predicted: logits,
      };
    case "language":
      return {
        truth: Int32Array.from(truth),
        probabilities: logits.map((loss) => Math.exp(-loss)),
        predicted: logits,
      };
  }
}

function checkTruth(kind: ClassKind, labels: readonly string[], truth: ArrayLike<number>) {
  const [ok, wanted] = {
    single: [
      (value: number) => Number.isInteger(value) && value >= 0 && value < labels.length,
      `a class index from 0 to ${labels.length - 1}`,
    ] as const,
    multi: [(value: number) => value === 0 || value === 1, "0 or 1"] as const,
    regression: [(value: number) => Number.isFinite(value), "a finite number"] as const,
    language: [
      (value: number) => Number.isInteger(value) && value >= 0,
      "a number of tokens",
    ] as const,
  }[kind];
  const perRow = kind === "single" ? 1 : labels.length;
  const wrong: string[] = [];
  for (let i = 0; i < truth.length; i++) {
    if (!ok(truth[i])) {
      wrong.push(`row ${Math.floor(i / perRow) + 1}: ${truth[i]} is not ${wanted}`);
    }
  }
  if (wrong.length > 0) throw mistakes("data", "Some true values cannot be scored:", wrong);
}

function checkFinite(logits: Float32Array, outputs: number) {
  const at = logits.findIndex((logit) => !Number.isFinite(logit));
  if (at < 0) return;
  throw new TunebookError(
    "diverged",
    `the model's output for row ${Math.floor(at / outputs) + 1} is ${logits[at]}. ` +
      "Train with a lower learning rate, or with clipping.",
  );
}

/** Softmax of each row, shifted by the row's largest logit so that nothing overflows. */
function softmax(logits: Float32Array, outputs: number): Float32Array {
  const probabilities = new Float32Array(logits.length);
  for (let start = 0; start < logits.length; start += outputs) {
    const row = Array.from(logits.subarray(start, start + outputs));
    const top = row.reduce((a, b) => Math.max(a, b));
    const powers = row.map((logit) => Math.exp(logit - top));
    const sum = powers.reduce((a, b) => a + b);
    for (let k = 0; k < outputs; k++) probabilities[start + k] = powers[k] / sum;
  }
  return probabilities;
}

function sigmoid(logit: number): number {
  // The exponential of a negative number only, so that nothing overflows.
  const power = Math.exp(-Math.abs(logit));
  return (logit >= 0 ? 1 : power) / (1 + power);
}

function largest(logits: Float32Array, row: number, outputs: number): number {
  let best = 0;
  for (let k = 1; k < outputs; k++) {
    if (logits[row * outputs + k] > logits[row * outputs + best]) best = k;
  }
  return best;
}
