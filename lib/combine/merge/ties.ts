/**
 * Trim, elect sign, merge.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { finiteNumber, type Rules, wholeShare, yesOrNo } from "../../core/option_rules.ts";
import type { MergeMethod } from "./merge_method.ts";
import { byMagnitude } from "./task_vectors/sparsify.ts";
import { sumOfChanges } from "./task_vectors/sum_of_changes.ts";

/** What TIES keeps. */
export interface TiesOptions {
  /** The share of each change that is kept, its largest elements: .2 unless given, as in the paper. */
  readonly density?: number;
  /** Divide each element by the weights of the models that agree, as unless told otherwise. */
  readonly normalize?: boolean;
  /** What the sum is multiplied by: 1 unless given. */
  readonly lambda?: number;
}

const rules: Rules<TiesOptions> = {
  density: wholeShare,
  normalize: yesOrNo,
  lambda: finiteNumber,
};

/**
 * Keeps the largest elements of what each model has changed of the base, and of those the ones that have the
 * sign of their sum, so that models do not cancel each other out (Yadav et al. 2023, arXiv 2306.01708). Equal
 * to mergekit's `ties`, whose density is 1 unless given.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense.
 *
 * @example
 * ```ts
 * import { Random, ties } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const base = Float32Array.of(0, 0, 0, 0);
 * const tensors = [Float32Array.of(4, 3, 0.1, 0), Float32Array.of(2, -1, 0.1, 0)];
 * const random = Random.fromSeed(1);
 * const group = { name: "w", shape: [4], base, tensors, weights: [1, 1], random };
 * assert.deepEqual([...ties({ density: 0.5 }).merge(group)], [3, 3, 0, 0]);
 * ```
 */
export function ties(options: TiesOptions = {}): MergeMethod {
  checkOptions("ties", options, rules);
  const { density = 0.2, normalize = true, lambda = 1 } = options;
  return sumOfChanges({
    name: "ties",
    settings: { density, normalize, lambda },
    sparsify: byMagnitude(density),
    density,
    rescale: "none",
    consensus: true,
    normalize,
    lambda,
  });
}
