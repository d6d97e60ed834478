/**
 * Takes over what hardly differs.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { positive, required, type Rules } from "../../core/option_rules.ts";
import type { MergeMethod } from "./merge_method.ts";

/** What counts as near. */
export interface NearSwapOptions {
  /** A weight that differs by less becomes the model's; one that differs by more moves by this much. */
  readonly t: number;
}

const rules: Rules<NearSwapOptions> = { t: required(positive) };
const smallest = 1e-6;

/**
 * Moves each weight of the base towards the model's by `t` at most. Equal to mergekit's `nearswap`.
 *
 * @throws {TunebookError} of kind `input` for a `t` that is not above 0.
 *
 * @example
 * ```ts
 * import { nearSwap, Random } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const [base, other] = [Float32Array.of(0, 0), Float32Array.of(0.25, 2)];
 * const random = Random.fromSeed(1);
 * const group = { name: "w", shape: [2], base, tensors: [other], weights: [1], random };
 * assert.deepEqual([...nearSwap({ t: 0.5 }).merge(group)], [0.25, 0.5]);
 * ```
 */
export function nearSwap(options: NearSwapOptions): MergeMethod {
  checkOptions("nearSwap", options, rules);
  const { t } = options;
  return {
    name: "nearswap",
    settings: { t },
    base: "required",
    models: { least: 1, most: 1 },
    weighted: false,
    merge({ base, tensors: [other] }) {
      return base!.map((own, at) => {
        const share = Math.min(1, t / Math.max(Math.abs(own - other[at]), smallest));
        return share * other[at] + (1 - share) * own;
      });
    },
  };
}
