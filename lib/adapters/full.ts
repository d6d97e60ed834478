/**
 * Full fine-tuning: trains every weight. It wants a learning rate some fifty times smaller than an
 * adapter's (2e-5 to 5e-5 for BERT; Devlin et al., arXiv 1810.04805, appendix A.3).
 *
 * @module
 */
import type { Adapter } from "../nn/adapter.ts";

/** The largest of the paper's rates for fine-tuning. */
const learningRate = 5e-5;

/**
 * All weights.
 *
 * @example
 * ```ts
 * import { full } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(full().method, "full");
 * ```
 */
export function full(): Adapter {
  return {
    method: "full",
    settings: {},
    learningRate,
    attach: () => ({ parameters: [], trains: () => true }),
  };
}
