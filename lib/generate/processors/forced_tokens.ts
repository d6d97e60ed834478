/**
 * Forces the first and the last token that are written.
 *
 * @module
 */
import type { LogitsProcessor } from "./logits_processor.ts";

/**
 * Leaves one token alone as the first that is written, such as the target language of mBART:
 * `forced_bos_token_id` of transformers.
 */
export function forcedFirstToken(token: number): LogitsProcessor {
  return (logits, { written }) => {
    if (written.length === 0) leaveOnly(logits, [token]);
  };
}

/**
 * Leaves these tokens alone as the last that fits: `forced_eos_token_id` of transformers.
 *
 * @param maxNewTokens how many tokens are written at most
 */
export function forcedLastTokens(
  tokens: readonly number[],
  maxNewTokens: number,
): LogitsProcessor {
  return (logits, { written }) => {
    if (written.length === maxNewTokens - 1) leaveOnly(logits, tokens);
  };
}

function leaveOnly(logits: Float32Array, tokens: readonly number[]): void {
  logits.fill(-Infinity);
  for (const token of tokens) logits[token] = 0;
}
