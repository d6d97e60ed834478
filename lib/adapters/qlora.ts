/**
 * QLoRA (Dettmers et al., arXiv 2305.14314): LoRA over a base that is held in four bits,
 *
 *     y = x·dequantised(W)ᵀ + s·(x·Aᵀ)·Bᵀ,
 *
 * with A and B trained in float32 and the gradient taken through the quantised numbers. W is in NF4
 * with double quantisation: 4.5 bits a number while it runs, 4.127 in a file.
 *
 * Defaults are the paper's (section 4 and appendix B.2): rank 64, alpha 16, adapters on all
 * linears, dropout 0.1 (its value for models of up to 13 billion parameters). The paper trains
 * decoders of 7 and 13 billion parameters with a constant rate of 2e-4, a gradient norm of at most
 * 0.3 and β₂ = 0.999, which `train` takes as options; the rate here is LoRA's, since on 1,500 of
 * the sentiment rows, three epochs, accuracy was .880 at 2e-4 and .897 at 1e-3. What is saved is an
 * ordinary LoRA folder.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { oneOf, type Rules } from "../core/option_rules.ts";
import { type QuantizationFormat, quantizationFormats } from "../engine/mod.ts";
import type { Method } from "../nn/method.ts";
import { loraOf } from "./lora.ts";
import { type LoraOptions, loraRules, patternMistakes } from "./lora_options.ts";
import { given } from "./settings.ts";

/** Settings of QLoRA: LoRA's, with the paper's defaults, and how the base is held. */
export interface QloraOptions extends LoraOptions {
  /** How the base is held unless the plan's model says otherwise; `nf4` unless given. */
  readonly quantize?: QuantizationFormat;
}

/** What the settings must be. */
export const qloraRules: Rules<QloraOptions> = {
  ...loraRules,
  quantize: oneOf(quantizationFormats),
};

const defaults = { rank: 64, alpha: 16, dropout: 0.1, targets: "all-linear" } as const;

/**
 * Low-rank adaptation of a quantised base.
 *
 * @example
 * ```ts
 * import { qlora } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const method = qlora({ rank: 8 });
 * assert.equal(method.quantize, "nf4");
 * assert.equal(method.settings.targets, "all-linear");
 * ```
 */
export function qlora(asked: QloraOptions = {}): Method {
  checkOptions("qlora", asked, qloraRules, () => patternMistakes(asked));
  const { quantize = "nf4", ...options } = asked;
  // The default rank is the paper's, for models that are wider.
  const anyRank = options.rank === undefined;
  const inner = loraOf({ ...defaults, ...given(options) }, { anyRank });
  return {
    ...inner,
    method: "qlora",
    settings: { ...inner.settings, quantize },
    quantize,
  };
}
