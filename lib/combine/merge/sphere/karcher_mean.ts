/**
 * The mean of models on a sphere.
 *
 * @module
 */
import { checkOptions } from "../../../core/check_options.ts";
import { positive, type Rules, whole } from "../../../core/option_rules.ts";
import type { MergeMethod } from "../merge_method.ts";
import { dot, norm, weightedSum } from "../weighted_sum.ts";

/** How long the mean is looked for. */
export interface KarcherMeanOptions {
  /** Steps at most: 10 unless given. */
  readonly steps?: number;
  /** A step shorter than this is the last one: 1e-5 unless given. */
  readonly tolerance?: number;
}

const rules: Rules<KarcherMeanOptions> = { steps: whole, tolerance: positive };

/**
 * The point of the sphere from which the squared arcs to all models are shortest (Karcher 1977), with the
 * mean length. Each tensor by itself. Equal to mergekit's `karcher`.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense.
 *
 * @example
 * ```ts
 * import { karcherMean, Random } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const tensors = [[1, 0, 0], [0, 1, 0], [0, 0, 1]].map((each) => Float32Array.from(each));
 * const random = Random.fromSeed(1);
 * const merged = karcherMean().merge({ name: "w", shape: [3], tensors, weights: [1, 1, 1], random });
 * assert.ok(merged.every((value) => Math.abs(value - Math.sqrt(1 / 3)) < 1e-4));
 * ```
 */
export function karcherMean(options: KarcherMeanOptions = {}): MergeMethod {
  checkOptions("karcherMean", options, rules);
  const { steps = 10, tolerance = 1e-5 } = options;
  return {
    name: "karcher",
    settings: { steps, tolerance },
    base: "unused",
    models: { least: 1, most: Infinity },
    weighted: false,
    merge({ tensors }) {
      if (tensors.length === 1) return tensors[0].slice();
      const lengths = tensors.map(norm);
      const units = tensors.flatMap((values, model) =>
        lengths[model] > tolerance ? [values.map((value) => value / lengths[model])] : []
      );
      if (units.length === 0) return new Float32Array(tensors[0].length);
      const length = lengths.reduce((sum, each) => sum + each, 0) / lengths.length;
      return meanDirection(units, { steps, tolerance }).map((value) => value * length);
    },
  };
}

function meanDirection(
  units: readonly Float32Array[],
  { steps, tolerance }: Required<KarcherMeanOptions>,
): Float32Array {
  const share = 1 / units.length;
  let mean = weightedSum(units, units.map(() => share));
  const first = norm(mean);
  mean = first < tolerance ? units[0].slice() : mean.map((value) => value / first);
  for (let step = 0; step < steps; step++) {
    let along = 0;
    const factors = units.map((unit) => {
      const cosine = Math.max(-1, Math.min(1, dot(mean, unit)));
      const angle = Math.acos(cosine);
      if (angle < tolerance) return 0;
      const factor = share * angle / Math.sin(angle);
      along += factor * cosine;
      return factor;
    });
    const tangent = weightedSum([...units, mean], [...factors, -along]);
    const angle = norm(tangent);
    if (angle < tolerance) break;
    mean = weightedSum([mean, tangent], [Math.cos(angle), Math.sin(angle) / angle]);
    const length = norm(mean);
    if (length > tolerance) mean = mean.map((value) => value / length);
  }
  return mean;
}
