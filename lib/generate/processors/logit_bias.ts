/**
 * Makes single tokens more or less likely.
 *
 * @module
 */
import type { LogitsProcessor } from "./logits_processor.ts";

/**
 * Adds a number to the logits of tokens, as `sequence_bias` of transformers and `logit_bias` of OpenAI's
 * API do.
 *
 * @param bias token id → what is added; −Infinity forbids
 */
export function logitBias(bias: ReadonlyMap<number, number>): LogitsProcessor {
  const tokens = [...bias];
  return (logits) => {
    for (const [token, value] of tokens) {
      if (token < logits.length) logits[token] += value;
    }
  };
}
