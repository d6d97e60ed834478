/**
 * Probabilities that mean what they say, by one number.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { softplus } from "../../core/softplus.ts";
import type { Predictions } from "../../nn/predictions.ts";
import { predictionsOf } from "../../tasks/shared/class_predictions.ts";

/** What makes probabilities honest. */
export interface Calibration<Kind extends "single" | "multi" = "single" | "multi"> {
  /** The predictions with calibrated probabilities. */
  apply<Given extends Kind>(predictions: Predictions<Given>): Predictions<Given>;
}

/** A temperature by which logits are divided. */
export interface TemperatureScaling extends Calibration {
  /** Above 1 where the model is too sure. */
  readonly temperature: number;
}

const [lowest, highest] = [1e-3, 1e3];
const rounds = 200;

/**
 * Finds the temperature by which logits are to be divided so that the log loss of validation rows is least (Guo
 * et al. 2017, arXiv 1706.04599). The labels that are given stay the same; only their probabilities change. Equal to scikit-learn's `CalibratedClassifierCV(method="temperature")` of the same rows.
 *
 * @param validation predictions of rows that neither trained nor test the model
 * @throws {TunebookError} of kind `input` for predictions of numbers.
 *
 * @example
 * ```ts
 * import { predictionsOf, temperatureScaling } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const validation = predictionsOf({
 *   kind: "single",
 *   labels: ["bad", "good"],
 *   logits: Float32Array.of(0, 9, 0, 9, 0, 9, 0, 9), // sure four times, right three times
 *   truth: [1, 1, 1, 0],
 * });
 * const { temperature, apply } = temperatureScaling(validation);
 * assert.ok(Math.abs(apply(validation).probabilities[1] - 0.75) < 1e-3 && temperature > 8);
 * ```
 */
export function temperatureScaling(
  validation: Predictions<"single" | "multi">,
): TemperatureScaling {
  checkLabels("temperatureScaling", validation);
  const temperature = Math.exp(minimum(
    (logarithm) => lossAt(validation, Math.exp(logarithm)),
    Math.log(lowest),
    Math.log(highest),
  ));
  return {
    temperature,
    apply: (predictions) => {
      checkLabels("temperatureScaling", predictions);
      const { kind, labels, logits, truth } = predictions;
      const scaled = logits.map((logit) => logit / temperature);
      return predictionsOf({ kind, labels, logits: scaled, truth: Array.from(truth) });
    },
  };
}

/** Throws an error of kind "input" for what has no probabilities of labels. */
export function checkLabels(of: string, { kind }: Predictions): void {
  if (kind === "single" || kind === "multi") return;
  throw new TunebookError("input", `${of} is of labels, and these predictions are of kind ${kind}`);
}

/** The sum of −log p of what is true. */
function lossAt({ kind, labels, logits, truth }: Predictions, temperature: number): number {
  const outputs = labels.length;
  if (kind === "multi") {
    return logits.reduce(
      (sum, logit, at) => sum + softplus((truth[at] ? -logit : logit) / temperature),
      0,
    );
  }
  let sum = 0;
  for (let row = 0; row < truth.length; row++) {
    const own = logits.subarray(row * outputs, (row + 1) * outputs);
    const most = own.reduce((a, b) => Math.max(a, b));
    const total = own.reduce((all, logit) => all + Math.exp((logit - most) / temperature), 0);
    sum += Math.log(total) - (own[truth[row]] - most) / temperature;
  }
  return sum;
}

/** Where a function that falls and then rises is least, by the golden section. */
function minimum(of: (x: number) => number, low: number, high: number): number {
  const golden = (Math.sqrt(5) - 1) / 2;
  let [from, to] = [low, high];
  let [left, right] = [to - golden * (to - from), from + golden * (to - from)];
  let [atLeft, atRight] = [of(left), of(right)];
  for (let round = 0; round < rounds && to - from > 1e-10; round++) {
    if (atLeft <= atRight) {
      [to, right, atRight] = [right, left, atLeft];
      left = to - golden * (to - from);
      atLeft = of(left);
    } else {
      [from, left, atLeft] = [left, right, atRight];
      right = from + golden * (to - from);
      atRight = of(right);
    }
  }
  return (from + to) / 2;
}
