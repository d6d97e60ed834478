/**
 * Takes tensors as they are.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { finiteNumber, type Rules } from "../../core/option_rules.ts";
import type { MergeMethod } from "./merge_method.ts";

/** What is done to tensors. */
export interface PassthroughOptions {
  /** What each value is multiplied by: 1 unless given. */
  readonly scale?: number;
}

const rules: Rules<PassthroughOptions> = { scale: finiteNumber };

/**
 * Takes the tensors of one model as they are, or times a number: for models that are put together from the
 * layers of others. Equal to mergekit's `passthrough`.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense.
 *
 * @example
 * ```ts
 * import { passthrough, Random } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const tensors = [Float32Array.of(1, 2)];
 * const group = { name: "w", shape: [2], tensors, weights: [1], random: Random.fromSeed(1) };
 * assert.deepEqual([...passthrough({ scale: 2 }).merge(group)], [2, 4]);
 * ```
 */
export function passthrough(options: PassthroughOptions = {}): MergeMethod {
  checkOptions("passthrough", options, rules);
  const { scale = 1 } = options;
  return {
    name: "passthrough",
    settings: { scale },
    base: "unused",
    models: { least: 1, most: 1 },
    weighted: false,
    merge: ({ tensors: [values] }) => values.map((value) => value * scale),
  };
}
