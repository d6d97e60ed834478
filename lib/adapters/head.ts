/**
 * Trains only the task's head; the pretrained model stays as it is (a linear probe).
 *
 * @module
 */
import type { Adapter } from "../nn/adapter.ts";

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
    attach: () => ({ parameters: [], trains: () => false }),
  };
}
