/**
 * Trains only the task's head; the pretrained model stays as it is (a linear probe).
 *
 * @module
 */
import type { Adapter } from "../nn/adapter.ts";

const learningRate = 1e-3;

/**
 * Head only.
 *
 * @example
 * ```ts
 * import { head } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(head().method, "head");
 * ```
 */
export function head(): Adapter {
  return {
    method: "head",
    settings: {},
    learningRate,
    attach: () => ({ parameters: [], trains: () => false }),
  };
}
