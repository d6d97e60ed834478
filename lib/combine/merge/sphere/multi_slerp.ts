/**
 * Spherical interpolation of any number of models.
 *
 * @module
 */
import { checkOptions } from "../../../core/check_options.ts";
import { TunebookError } from "../../../core/errors.ts";
import { type Rules, yesOrNo } from "../../../core/option_rules.ts";
import type { MergeMethod } from "../merge_method.ts";
import { addBase, differences, dot, meanShares, norm, weightedSum } from "../weighted_sum.ts";

/** How models are interpolated. */
export interface MultiSlerpOptions {
  /** Divide weights by their sum, as unless told otherwise. */
  readonly normalize?: boolean;
}

const rules: Rules<MultiSlerpOptions> = { normalize: yesOrNo };
const smallest = 1e-8;

/**
 * The weighted mean of directions on a sphere, in the plane that touches it at their mean, with the mean
 * length. With a base it is of what the models have changed of it. Equal to mergekit's `multislerp`.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense, and when merging three or more
 *   tensors whose directions cancel out, or with weights that add up to 0.
 *
 * @example
 * ```ts
 * import { multiSlerp, Random } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const tensors = [[1, 0, 0], [0, 1, 0], [0, 0, 1]].map((each) => Float32Array.from(each));
 * const random = Random.fromSeed(1);
 * const merged = multiSlerp().merge({ name: "w", shape: [3], tensors, weights: [1, 1, 1], random });
 * assert.ok(Math.abs(Math.hypot(...merged) - 1) < 1e-6);
 * ```
 */
export function multiSlerp(options: MultiSlerpOptions = {}): MergeMethod {
  checkOptions("multiSlerp", options, rules);
  const { normalize = true } = options;
  return {
    name: "multislerp",
    settings: { normalize },
    base: "optional",
    models: { least: 1, most: Infinity },
    weighted: true,
    merge({ name, base, tensors, weights }) {
      if (tensors.length === 1) return tensors[0].slice();
      const moved = differences(tensors, base);
      const shares = normalize ? meanShares(weights, name) : weights;
      const lengths = moved.map(norm);
      const units = moved.map((values, model) => scaled(values, 1 / (lengths[model] + smallest)));
      const mean = weightedSum(units, shares);
      const meanLength = norm(mean);
      if (meanLength < smallest) {
        // Tensors that no model has changed, or that are 0, have no direction: mergekit ends there.
        const isStill = lengths.every((each) => each < smallest);
        if (isStill || tensors.length === 2) return addBase(weightedSum(moved, shares), base);
        throw new TunebookError(
          "input",
          `${name}: the directions of the models cancel out, so that there is no mean of them; ` +
            "give other weights",
        );
      }
      const centre = scaled(mean, 1 / meanLength);
      // The sum of what is left of each direction without its part along the centre.
      const along = units.reduce((sum, unit, model) => sum + shares[model] * dot(unit, centre), 0);
      const tangent = weightedSum([...units, centre], [...shares, -along]);
      const angle = norm(tangent) + smallest;
      const length = lengths.reduce((sum, each, model) => sum + each * shares[model], 0);
      return addBase(
        weightedSum([centre, tangent], [
          length * Math.cos(angle),
          length * Math.sin(angle) / angle,
        ]),
        base,
      );
    },
  };
}

function scaled(values: Float32Array, factor: number): Float32Array {
  return values.map((value) => value * factor);
}
