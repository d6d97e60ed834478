/**
 * Full fine-tuning: trains every weight. It wants a learning rate some fifty times smaller than an
 * adapter's (2e-5 to 5e-5 for BERT; Devlin et al., arXiv 1810.04805, appendix A.3). On 1,500 of the
 * sentiment rows, three epochs, accuracy was .887 at 3e-5, .890 at 5e-5 and .907 at 1e-4, which is
 * beyond the paper's range. For a decoder of three billion parameters PEFT's GSM8K comparison takes
 * 1e-5.
 *
 * @module
 */
import { takesNoOptions } from "../core/check_options.ts";
import type { Method } from "../nn/method.ts";

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
export function full(): Method {
  takesNoOptions("full", arguments);
  return {
    method: "full",
    settings: {},
    learningRate,
    attach: () => ({ parameters: [], trains: () => true }),
  };
}
