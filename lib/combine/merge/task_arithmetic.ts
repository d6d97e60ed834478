/**
 * The sum of what models have changed.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { finiteNumber, type Rules, yesOrNo } from "../../core/option_rules.ts";
import type { MergeMethod } from "./merge_method.ts";
import { sumOfChanges } from "./task_vectors/sum_of_changes.ts";

/** How changes are added up. */
export interface TaskArithmeticOptions {
  /** Divide the sum by the sum of the weights; not unless told. */
  readonly normalize?: boolean;
  /** What the sum is multiplied by: 1 unless given. */
  readonly lambda?: number;
}

const rules: Rules<TaskArithmeticOptions> = { normalize: yesOrNo, lambda: finiteNumber };

/**
 * Adds to the base the sum of what each model has changed of it, times its weight (Ilharco et al. 2023, arXiv
 * 2212.04089); a weight below 0 takes away what a model has learned. Equal to mergekit's `task_arithmetic`.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense.
 *
 * @example
 * ```ts
 * import { Random, taskArithmetic } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const base = Float32Array.of(1, 1);
 * const tensors = [Float32Array.of(2, 1), Float32Array.of(1, 3)];
 * const random = Random.fromSeed(1);
 * const group = { name: "w", shape: [2], base, tensors, weights: [1, 0.5], random };
 * assert.deepEqual([...taskArithmetic().merge(group)], [2, 2]);
 * ```
 */
export function taskArithmetic(options: TaskArithmeticOptions = {}): MergeMethod {
  checkOptions("taskArithmetic", options, rules);
  const { normalize = false, lambda = 1 } = options;
  return sumOfChanges({
    name: "task_arithmetic",
    settings: { normalize, lambda },
    density: 1,
    rescale: "none",
    consensus: false,
    normalize,
    lambda,
  });
}
