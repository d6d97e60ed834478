/**
 * Flattens or sharpens the distribution of the next token.
 *
 * @module
 */
import type { LogitsProcessor } from "./logits_processor.ts";

/** Divides the logits by a temperature above 0. */
export function temperature(value: number): LogitsProcessor {
  return (logits) => {
    for (let i = 0; i < logits.length; i++) logits[i] /= value;
  };
}
