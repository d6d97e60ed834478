/**
 * Matthews' correlation of true and predicted classes.
 *
 * @module
 */
import { confusionMatrix } from "./confusion_matrix.ts";
import { type Metric, metric } from "./metric.ts";
import type { Predictions } from "../nn/predictions.ts";

/**
 * Matthews' correlation coefficient in [-1, 1], for any number of classes (Gorodkin, "Comparing
 * two K-category assignments by a K-category correlation coefficient", 2004). It is 0 when all
 * rows have, or all were given, one class. Equals scikit-learn's `matthews_corrcoef`.
 *
 * @example
 * ```ts
 * import { matthews, predictionsOf } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = predictionsOf({
 *   kind: "single",
 *   labels: ["bad", "good"],
 *   logits: Float32Array.of(0, 1, 0, 1, 1, 0), // predicts good, good, bad
 *   truth: [1, 0, 0],
 * });
 * assert.equal(matthews.compute(predictions), 0.5);
 * ```
 */
export const matthews: Metric<number, Predictions<"single">> = metric({
  name: "matthews",
  kinds: ["single"],
  better: "higher",
  range: [-1, 1],
  compute(predictions) {
    const { counts } = confusionMatrix.compute(predictions);
    const { rows } = predictions;
    let right = 0;
    let both = 0; // sum over classes of true × predicted counts, and of their squares
    let trueSquares = 0;
    let predictedSquares = 0;
    for (let k = 0; k < counts.length; k++) {
      const isTrue = counts[k].reduce((a, b) => a + b);
      const isPredicted = counts.reduce((sum, row) => sum + row[k], 0);
      right += counts[k][k];
      both += isTrue * isPredicted;
      trueSquares += isTrue ** 2;
      predictedSquares += isPredicted ** 2;
    }
    const spread = (rows ** 2 - predictedSquares) * (rows ** 2 - trueSquares);
    return spread === 0 ? 0 : (right * rows - both) / Math.sqrt(spread);
  },
});
