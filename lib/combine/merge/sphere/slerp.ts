/**
 * Spherical interpolation of two models.
 *
 * @module
 */
import { checkOptions } from "../../../core/check_options.ts";
import { required, type Rules } from "../../../core/option_rules.ts";
import type { MergeMethod } from "../merge_method.ts";
import { dot, norm, weightedSum } from "../weighted_sum.ts";

/** Between which two points of the arc the merged model lies. */
export interface SlerpOptions {
  /** 0 is the first model, 1 the second one. */
  readonly t: number;
}

const rules: Rules<SlerpOptions> = {
  t: required(["a number from 0 to 1", (t) => typeof t === "number" && t >= 0 && t <= 1]),
};

/** Above this cosine the arc is as good as a line, as in mergekit. */
const straightCosine = 0.9995;
const smallestNorm = 1e-8;

/**
 * Goes from the first model to the second one along the arc between them, each tensor by itself (Shoemake
 * 1985): the length of what is merged stays, where a mean of unlike models is shorter than both. Tensors
 * that point the same way are interpolated on a line. Equal to mergekit's `slerp`.
 *
 * @throws {TunebookError} of kind `input` for a `t` that is not between 0 and 1.
 *
 * @example
 * ```ts
 * import { Random, slerp } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const tensors = [Float32Array.of(1, 0), Float32Array.of(0, 1)];
 * const random = Random.fromSeed(1);
 * const group = { name: "w", shape: [2], tensors, weights: [1, 1], random };
 * const [x, y] = slerp({ t: 0.5 }).merge(group);
 * assert.ok(Math.abs(Math.hypot(x, y) - 1) < 1e-6); // Of the mean it is 0.71.
 * ```
 */
export function slerp(options: SlerpOptions): MergeMethod {
  checkOptions("slerp", options, rules);
  const { t } = options;
  return {
    name: "slerp",
    settings: { t },
    base: "unused",
    models: { least: 2, most: 2 },
    weighted: false,
    merge({ tensors }) {
      const [first, second] = tensors;
      const lengths = tensors.map(norm).map((length) => length > smallestNorm ? length : 1);
      const cosine = Math.max(-1, Math.min(1, dot(first, second) / lengths[0] / lengths[1]));
      if (Math.abs(cosine) > straightCosine) return weightedSum(tensors, [1 - t, t]);
      const angle = Math.acos(cosine);
      return weightedSum(
        tensors,
        [1 - t, t].map((part) => Math.sin(part * angle) / Math.sin(angle)),
      );
    },
  };
}
