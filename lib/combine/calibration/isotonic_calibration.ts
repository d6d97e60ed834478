/**
 * Probabilities that mean what they say, by a curve for each label.
 *
 * @module
 */
import type { Predictions } from "../../nn/predictions.ts";
import { withProbabilities } from "../ensemble/average_predictions.ts";
import { isotonicRegression } from "./isotonic_regression.ts";
import { type Calibration, checkLabels } from "./temperature_scaling.ts";

/**
 * Finds for each label the rising curve from its probability to how often validation rows have it (Zadrozny and
 * Elkan 2002). Of a single label a row the curves are made to sum to 1 again, as scikit-learn's
 * `CalibratedClassifierCV(method="isotonic")` does. Bends more than a temperature and needs more rows: some
 * thousand.
 *
 * @param validation predictions of rows that neither trained nor test the model
 * @throws {TunebookError} of kind `input` for predictions of numbers.
 *
 * @example
 * ```ts
 * import { isotonicCalibration, predictionsOf } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const validation = predictionsOf({
 *   kind: "multi",
 *   labels: ["good"],
 *   logits: Float32Array.of(9, 9, 9, 9, -9, -9), // right three times of four, and twice of two
 *   truth: [1, 1, 1, 0, 0, 0],
 * });
 * const { probabilities } = isotonicCalibration(validation).apply(validation);
 * assert.ok(Math.abs(probabilities[0] - 0.75) < 1e-6 && probabilities[4] < 1e-6);
 * ```
 */
export function isotonicCalibration(validation: Predictions<"single" | "multi">): Calibration {
  checkLabels("isotonicCalibration", validation);
  const { kind, labels, probabilities, truth, rows } = validation;
  const outputs = labels.length;
  const curves = labels.map((_, label) => {
    const said = Array.from({ length: rows }, (_, row) => probabilities[row * outputs + label]);
    const has = Array.from(
      { length: rows },
      (_, row) => kind === "single" ? Number(truth[row] === label) : truth[row * outputs + label],
    );
    return isotonicRegression(said, has);
  });
  return {
    apply: (predictions) => {
      checkLabels("isotonicCalibration", predictions);
      const own = Float64Array.from(
        predictions.probabilities,
        (value, at) => curves[at % outputs](value),
      );
      if (predictions.kind === "single") normalizeRows(own, outputs);
      return withProbabilities(predictions, own);
    },
  };
}

/** Makes each row sum to 1; one without anything is all alike. */
function normalizeRows(values: Float64Array, outputs: number): void {
  for (let start = 0; start < values.length; start += outputs) {
    const row = values.subarray(start, start + outputs);
    const sum = row.reduce((a, b) => a + b, 0);
    row.forEach((value, at) => row[at] = sum > 0 ? value / sum : 1 / outputs);
  }
}
