/**
 * Select, calculate, erase.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { type Rules, wholeShare } from "../../core/option_rules.ts";
import type { MergeMethod } from "./merge_method.ts";
import { agreesWithMost } from "./task_vectors/sign_consensus.ts";
import { keepLargest } from "./task_vectors/keep_largest.ts";
import { addBase, differences } from "./weighted_sum.ts";

/** What SCE selects. */
export interface SceOptions {
  /** The share of elements that are kept, those in which the models differ most: all unless given. */
  readonly density?: number;
}

const rules: Rules<SceOptions> = { density: wholeShare };
const smallest = 1e-6;

/**
 * Selects the elements in which the models differ most, calculates each model's weight for a tensor from how
 * much it has changed there, and erases what is against most of the others (Wan et al. 2024, arXiv
 * 2408.07990). Needs no weights. Equal to mergekit's `sce`.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense.
 *
 * @example
 * ```ts
 * import { Random, sce } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const base = Float32Array.of(0, 0);
 * const tensors = [Float32Array.of(3, 3), Float32Array.of(-1, 1)];
 * const random = Random.fromSeed(1);
 * const merged = sce().merge({ name: "w", shape: [2], base, tensors, weights: [1, 1], random });
 * // The second model is against the first one in the first element, and has a tenth of the weight.
 * assert.ok(merged[0] === 3 && Math.abs(merged[1] - 2.8) < 1e-6);
 * ```
 */
export function sce(options: SceOptions = {}): MergeMethod {
  checkOptions("sce", options, rules);
  const { density = 1 } = options;
  return {
    name: "sce",
    settings: { density },
    base: "required",
    models: { least: 1, most: Infinity },
    weighted: false,
    merge({ base, tensors }) {
      const moved = selected(differences(tensors, base), density);
      const squares = moved.map((values) =>
        values.reduce((sum, value) => sum + value * value, 0) / Math.max(values.length, 1)
      );
      const total = squares.reduce((sum, each) => sum + each, 0);
      const shares = squares.map((each) => total < smallest ? 1 / moved.length : each / total);
      const merged = new Float32Array(base!.length);
      for (let at = 0; at < merged.length; at++) {
        const agrees = agreesWithMost(moved.map((values) => values[at]));
        let [sum, weight] = [0, 0];
        moved.forEach((values, model) => {
          if (!agrees[model]) return;
          sum += shares[model] * values[at];
          weight += shares[model];
        });
        merged[at] = sum / Math.max(weight, smallest);
      }
      return addBase(merged, base);
    },
  };
}

/** Zeros where the models differ least. */
function selected(moved: readonly Float32Array[], density: number): readonly Float32Array[] {
  if (density === 1) return moved;
  const variances = moved[0].map((_, at) => {
    const mean = moved.reduce((sum, values) => sum + values[at], 0) / moved.length;
    return moved.reduce((sum, values) => sum + (values[at] - mean) ** 2, 0) / moved.length;
  });
  const differing = variances.reduce((count, each) => count + (each === 0 ? 0 : 1), 0);
  const isKept = keepLargest(variances, Math.trunc(differing * density));
  return moved.map((values) => values.map((value, at) => isKept[at] ? value : 0));
}
