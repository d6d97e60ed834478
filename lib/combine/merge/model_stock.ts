/**
 * Model stock.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { type Rules, yesOrNo } from "../../core/option_rules.ts";
import type { MergeMethod } from "./merge_method.ts";
import { differences, dot, norm } from "./weighted_sum.ts";

/** Over what angles are measured. */
export interface ModelStockOptions {
  /** Measure the angles in each row of a tensor, its last dimension; in the whole tensor otherwise. */
  readonly rows?: boolean;
}

const rules: Rules<ModelStockOptions> = { rows: yesOrNo };
const smallest = 1e-6;

/**
 * Goes from the base towards the mean of the models, the farther the more they agree (Jang et al. 2024,
 * arXiv 2403.19522): the angles between what they have changed tell how near the mean is to the centre of
 * all such trainings. Needs no weights and no rows. Equal to mergekit's `model_stock`.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense.
 *
 * @example
 * ```ts
 * import { modelStock, Random } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const base = Float32Array.of(0, 0);
 * const [alike, unlike] = [[[1, 0], [1, 0]], [[1, 0], [0, 1]]]
 *   .map((models) => models.map((each) => Float32Array.from(each)))
 *   .map((tensors) => ({ name: "w", shape: [2], base, tensors, weights: [1, 1] }))
 *   .map((group) => modelStock().merge({ ...group, random: Random.fromSeed(1) }));
 * assert.deepEqual([...alike], [1, 0]);
 * assert.deepEqual([...unlike], [0, 0]); // They agree in nothing.
 * ```
 */
export function modelStock(options: ModelStockOptions = {}): MergeMethod {
  checkOptions("modelStock", options, rules);
  const { rows = false } = options;
  return {
    name: "model_stock",
    settings: { rows },
    base: "required",
    models: { least: 2, most: Infinity },
    weighted: false,
    merge({ shape, base, tensors }) {
      const moved = differences(tensors, base);
      const length = base!.length;
      const width = rows ? shape.at(-1) ?? 1 : length;
      const merged = new Float32Array(length);
      for (let start = 0; start < length; start += width) {
        const part = (values: Float32Array) => values.subarray(start, start + width);
        const towards = towardsMean(moved.map(part));
        for (let at = start; at < start + width; at++) {
          const mean = tensors.reduce((sum, values) => sum + values[at], 0) / tensors.length;
          merged[at] = towards * mean + (1 - towards) * base![at];
        }
      }
      return merged;
    },
  };
}

/** How far to go: 0 is the base, 1 the mean. */
function towardsMean(moved: readonly Float32Array[]): number {
  const lengths = moved.map(norm);
  let [sum, pairs] = [0, 0];
  for (let one = 0; one < moved.length; one++) {
    for (let other = one + 1; other < moved.length; other++, pairs++) {
      const product = Math.max(lengths[one] * lengths[other], smallest);
      sum += Math.max(-1, Math.min(1, dot(moved[one], moved[other]) / product));
    }
  }
  const cosine = sum / pairs;
  const divisor = 1 + (moved.length - 1) * cosine;
  return Math.abs(divisor) < smallest ? 0 : moved.length * cosine / divisor;
}
