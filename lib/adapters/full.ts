/**
 * Full fine-tuning: trains every weight. It wants a learning rate some fifty times smaller than an
 * adapter's (2e-5 to 5e-5 for BERT; Devlin et al., arXiv 1810.04805, appendix A.3). On 1,500 of the
 * sentiment rows, three epochs, accuracy was .887 at 3e-5, .890 at 5e-5 and .907 at 1e-4, which is
 * beyond the paper's range. For a decoder of three billion parameters PEFT's GSM8K comparison takes
 * 1e-5.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { oneOf, type Rules } from "../core/option_rules.ts";
import type { AttachedMethod, Method } from "../nn/method.ts";
import { given } from "./settings.ts";

/** The largest of the paper's rates for fine-tuning. */
const learningRate = 5e-5;

/** Settings of full fine-tuning. */
export interface FullOptions {
  /**
   * Which statistics batch normalisations compute with while they train: those of the `batch`, which then
   * move the running ones, as PyTorch's do; or the `running` ones of the checkpoint, which then stay, as is
   * usual for detectors and for small batches. `batch` unless given.
   */
  readonly batchNorm?: AttachedMethod["batchNorm"];
}

/** What the settings must be. */
export const fullRules: Rules<FullOptions> = { batchNorm: oneOf(["batch", "running"]) };

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
export function full(options: FullOptions = {}): Method {
  checkOptions("full", options, fullRules);
  return {
    method: "full",
    settings: given(options),
    learningRate,
    attach: () => ({ parameters: [], trains: () => true, ...given(options) }),
  };
}
