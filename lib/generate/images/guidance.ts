/**
 * Classifier-free guidance (Ho and Salimans, arXiv 2207.12598).
 *
 * @module
 */

/**
 * What a model says under a condition, moved further away from what it says without:
 * unconditional + scale · (conditional − unconditional). A scale of 1 is the condition alone.
 *
 * @param conditional what the model says under the condition
 * @param unconditional what it says without, as many numbers
 *
 * @example
 * ```ts
 * import { guidance } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(guidance(Float32Array.of(3, 1), Float32Array.of(1, 1), 2), Float32Array.of(5, 1));
 * ```
 */
export function guidance(
  conditional: Float32Array,
  unconditional: Float32Array,
  scale: number,
): Float32Array {
  return unconditional.map((value, i) => value + scale * (conditional[i] - value));
}
