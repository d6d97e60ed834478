/**
 * The weighted mean of models.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { type Rules, yesOrNo } from "../../core/option_rules.ts";
import type { MergeMethod } from "./merge_method.ts";
import { meanShares, weightedSum } from "./weighted_sum.ts";

/** How models are averaged. */
export interface LinearMergeOptions {
  /** Divide by the sum of the weights, as unless told otherwise; without it weights count as they are. */
  readonly normalize?: boolean;
}

const rules: Rules<LinearMergeOptions> = { normalize: yesOrNo };

/**
 * The weighted mean of models, also known as a model soup (Wortsman et al. 2022, arXiv 2203.05482). For
 * models that were trained from one base; equal to mergekit's `linear`.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense, and when merging with weights that add up
 *   to 0 and are to be divided by their sum.
 *
 * @example
 * ```ts
 * import { linearMerge, Random } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const tensors = [Float32Array.of(1, 2), Float32Array.of(3, 6)];
 * const random = Random.fromSeed(1);
 * const merged = linearMerge().merge({ name: "w", shape: [2], tensors, weights: [3, 1], random });
 * assert.deepEqual([...merged], [1.5, 3]);
 * ```
 */
export function linearMerge(options: LinearMergeOptions = {}): MergeMethod {
  checkOptions("linearMerge", options, rules);
  const { normalize = true } = options;
  return {
    name: "linear",
    settings: { normalize },
    base: "unused",
    models: { least: 1, most: Infinity },
    weighted: true,
    merge: ({ name, tensors, weights }) =>
      weightedSum(tensors, normalize ? meanShares(weights, name) : weights),
  };
}
