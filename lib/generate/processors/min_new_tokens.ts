/**
 * Keeps a text from ending too soon.
 *
 * @module
 */
import type { LogitsProcessor } from "./logits_processor.ts";

/** Forbids the stop tokens until `count` tokens are written, as `min_new_tokens` of transformers does. */
export function minNewTokens(count: number, stopTokens: readonly number[]): LogitsProcessor {
  return (logits, { written }) => {
    if (written.length >= count) return;
    for (const token of stopTokens) {
      if (token < logits.length) logits[token] = -Infinity;
    }
  };
}
