/**
 * Drop by magnitude, elect, merge.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { optionMistake } from "../../core/errors.ts";
import {
  finiteNumber,
  notNegative,
  oneOf,
  type Rules,
  wholeShare,
  yesOrNo,
} from "../../core/option_rules.ts";
import type { MergeMethod } from "./merge_method.ts";
import { byRankedChance, type Rescale, rescales } from "./task_vectors/sparsify.ts";
import { sumOfChanges } from "./task_vectors/sum_of_changes.ts";

/** What DELLA keeps, and how it is added up. */
export interface DellaOptions {
  /** The mean probability with which an element of a change is kept: .5 unless given. */
  readonly density?: number;
  /** How far the probability of a row's smallest element lies below it, and the largest one's above: .15. */
  readonly epsilon?: number;
  /** How what is kept makes up for what was dropped, as in `dare`: `l1` unless given. */
  readonly rescale?: Rescale;
  /** Sum only what has the sign of the whole sum, as unless told otherwise. */
  readonly consensus?: boolean;
  /** Divide by the sum of the weights that agree; as `consensus` unless given. */
  readonly normalize?: boolean;
  /** What the sum is multiplied by: 1 unless given. */
  readonly lambda?: number;
}

const rules: Rules<DellaOptions> = {
  density: wholeShare,
  epsilon: notNegative,
  rescale: oneOf(rescales),
  consensus: yesOrNo,
  normalize: yesOrNo,
  lambda: finiteNumber,
};

/**
 * Drops elements of what each model has changed of the base by chance, the small ones of a row more often
 * than the large ones (Deep et al. 2024, arXiv 2406.11617). Equal to mergekit's `della`, and without
 * `consensus` to its `della_linear`, for the same random numbers.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense, such as probabilities outside of
 *   0 to 1.
 *
 * @example
 * ```ts
 * import { della, Random } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const base = new Float32Array(1000);
 * const changed = Float32Array.from(base, (_, at) => at + 1);
 * const random = Random.fromSeed(1);
 * const group = { name: "w", shape: [1000], base, tensors: [changed], weights: [1], random };
 * const kept = della({ density: 0.5, epsilon: 0.4 }).merge(group).map((value) => value === 0 ? 0 : 1);
 * const sum = (values: Float32Array) => values.reduce((all, value) => all + value, 0);
 * assert.ok(sum(kept.subarray(0, 500)) < sum(kept.subarray(500)) / 2);
 * ```
 */
export function della(options: DellaOptions = {}): MergeMethod {
  const { density = 0.5, epsilon = 0.15, rescale = "l1", consensus = true, lambda = 1 } = options ??
    {};
  checkOptions(
    "della",
    options,
    rules,
    () =>
      density === 1 || density + epsilon < 1 && density - epsilon > 0 ? [] : [
        optionMistake(
          "epsilon",
          `is ${epsilon}, but density ± epsilon, ${density} ± ${epsilon}, ` +
            "must lie between 0 and 1",
        ),
      ],
  );
  const { normalize = consensus } = options;
  return sumOfChanges({
    name: consensus ? "della" : "della_linear",
    settings: { density, epsilon, rescale, consensus, normalize, lambda },
    sparsify: byRankedChance(density, epsilon),
    density,
    rescale,
    consensus,
    normalize,
    lambda,
  });
}
