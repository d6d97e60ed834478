/**
 * Model breadcrumbs.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { finiteNumber, type Rules, share, wholeShare, yesOrNo } from "../../core/option_rules.ts";
import type { MergeMethod } from "./merge_method.ts";
import { withoutOutliers } from "./task_vectors/sparsify.ts";
import { sumOfChanges } from "./task_vectors/sum_of_changes.ts";

/** What breadcrumbs keeps, and how it is added up. */
export interface BreadcrumbsOptions {
  /** The share of each change that is kept: .5 unless given. */
  readonly density?: number;
  /** The share of the largest elements that is dropped: .01 unless given. */
  readonly gamma?: number;
  /** Sum only what has the sign of the whole sum, as TIES does; not unless told. */
  readonly consensus?: boolean;
  /** Divide the sum by the sum of the weights; not unless told. */
  readonly normalize?: boolean;
  /** What the sum is multiplied by: 1 unless given. */
  readonly lambda?: number;
}

const rules: Rules<BreadcrumbsOptions> = {
  density: wholeShare,
  gamma: share,
  consensus: yesOrNo,
  normalize: yesOrNo,
  lambda: finiteNumber,
};

/**
 * Drops the largest elements of what each model has changed of the base, which are outliers, and the smallest
 * ones, which are noise (Davari and Belilovsky 2023, arXiv 2312.06795). Equal to mergekit's `breadcrumbs`, and
 * with `consensus` to its `breadcrumbs_ties`.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense.
 *
 * @example
 * ```ts
 * import { breadcrumbs, Random } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const [base, changed] = [new Float32Array(4), Float32Array.of(1, 2, 3, 100)];
 * const random = Random.fromSeed(1);
 * const group = { name: "w", shape: [4], base, tensors: [changed], weights: [1], random };
 * assert.deepEqual([...breadcrumbs({ density: 0.5, gamma: 0.25 }).merge(group)], [0, 2, 3, 0]);
 * ```
 */
export function breadcrumbs(options: BreadcrumbsOptions = {}): MergeMethod {
  checkOptions("breadcrumbs", options, rules);
  const { density = 0.5, gamma = 0.01, consensus = false, normalize = false, lambda = 1 } = options;
  return sumOfChanges({
    name: consensus ? "breadcrumbs_ties" : "breadcrumbs",
    settings: { density, gamma, consensus, normalize, lambda },
    sparsify: withoutOutliers(density, gamma),
    density,
    rescale: "none",
    consensus,
    normalize,
    lambda,
  });
}
