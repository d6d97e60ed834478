/**
 * Drop and rescale.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { finiteNumber, oneOf, type Rules, wholeShare, yesOrNo } from "../../core/option_rules.ts";
import type { MergeMethod } from "./merge_method.ts";
import { byChance, type Rescale, rescales } from "./task_vectors/sparsify.ts";
import { sumOfChanges } from "./task_vectors/sum_of_changes.ts";

/** What DARE keeps, and how it is added up. */
export interface DareOptions {
  /** The probability with which an element of a change is kept: .5 unless given. */
  readonly density?: number;
  /**
   * How what is kept makes up for what was dropped: it has the same sum of magnitudes as before (`l1`,
   * unless told otherwise, as in mergekit), is divided by the density as in the paper, or stays.
   */
  readonly rescale?: Rescale;
  /** Sum only what has the sign of the whole sum, as TIES does; not unless told. */
  readonly consensus?: boolean;
  /** Divide the sum by the sum of the weights; not unless told. */
  readonly normalize?: boolean;
  /** What the sum is multiplied by: 1 unless given. */
  readonly lambda?: number;
}

const rules: Rules<DareOptions> = {
  density: wholeShare,
  rescale: oneOf(rescales),
  consensus: yesOrNo,
  normalize: yesOrNo,
  lambda: finiteNumber,
};

/**
 * Drops elements of what each model has changed of the base by chance, and lets the others grow, so that
 * models touch fewer of each other's elements (Yu et al. 2024, arXiv 2311.03099). Equal to mergekit's
 * `dare_linear`, and with `consensus` to its `dare_ties`, for the same random numbers.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense.
 *
 * @example
 * ```ts
 * import { dare, Random } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const [base, changed] = [new Float32Array(1000), new Float32Array(1000).fill(1)];
 * const random = Random.fromSeed(1);
 * const group = { name: "w", shape: [1000], base, tensors: [changed], weights: [1], random };
 * const merged = dare({ density: 0.25, rescale: "density" }).merge(group);
 * assert.deepEqual([...new Set(merged)].sort(), [0, 4]);
 * ```
 */
export function dare(options: DareOptions = {}): MergeMethod {
  checkOptions("dare", options, rules);
  const {
    density = 0.5,
    rescale = "l1",
    consensus = false,
    normalize = false,
    lambda = 1,
  } = options;
  return sumOfChanges({
    name: consensus ? "dare_ties" : "dare_linear",
    settings: { density, rescale, consensus, normalize, lambda },
    sparsify: byChance(density),
    density,
    rescale,
    consensus,
    normalize,
    lambda,
  });
}
