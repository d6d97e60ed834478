/**
 * How strange inputs are to a classifier, by its logits alone.
 *
 * @module
 */
import { checkOptions } from "../../../core/check_options.ts";
import { positive, type Rules } from "../../../core/option_rules.ts";
import { checkOutlierVectors } from "./check_outlier_vectors.ts";

/**
 * Minus the largest probability (Hendrycks and Gimpel 2017, arXiv 1610.02136): the higher, the less sure the model is of
 * any class.
 *
 * @param logits of each row, [rows][classes]
 * @returns a score for each row, from −1 to −1 / classes
 * @throws {TunebookError} of kind `data` for rows of unlike lengths and for what is no number.
 *
 * @example
 * ```ts
 * import { maxSoftmaxOutliers } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const [sure, unsure] = maxSoftmaxOutliers([[9, 0], [1, 1]]);
 * assert.ok(sure < -0.99 && Math.abs(unsure + 0.5) < 1e-12);
 * ```
 */
export function maxSoftmaxOutliers(logits: readonly ArrayLike<number>[]): Float64Array {
  checkOutlierVectors("maxSoftmaxOutliers", logits);
  return Float64Array.from(logits, (row) => -Math.exp(largestOf(row) - logSumOf(row, 1)));
}

/** How the energy is computed. */
export interface EnergyOutliersOptions {
  /** 1 unless given. */
  readonly temperature?: number;
}

const rules: Rules<EnergyOutliersOptions> = { temperature: positive };

/**
 * The energy −T · log Σ exp(logit / T) (Liu et al. 2020, arXiv 2010.03759): the higher, the less the model has seen of
 * any class.
 *
 * @param logits of each row, [rows][classes]
 * @returns a score for each row
 * @throws {TunebookError} of kind `input` for options that make no sense, of kind `data` for rows of unlike lengths and
 *   for what is no number.
 *
 * @example
 * ```ts
 * import { energyOutliers } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const [seen, unseen] = energyOutliers([[9, 0], [1, 1]]);
 * assert.ok(seen < unseen);
 * ```
 */
export function energyOutliers(
  logits: readonly ArrayLike<number>[],
  options: EnergyOutliersOptions = {},
): Float64Array {
  checkOptions("energyOutliers", options, rules);
  const { temperature = 1 } = options;
  checkOutlierVectors("energyOutliers", logits);
  return Float64Array.from(logits, (row) => -logSumOf(row, temperature));
}

function largestOf(row: ArrayLike<number>): number {
  return Array.from(row).reduce((before, value) => Math.max(before, value), -Infinity);
}

/** T · log Σ exp(value / T), without overflow. */
function logSumOf(row: ArrayLike<number>, temperature: number): number {
  const largest = largestOf(row);
  const sum = Array.from(row)
    .reduce((before, value) => before + Math.exp((value - largest) / temperature), 0);
  return largest + temperature * Math.log(sum);
}
