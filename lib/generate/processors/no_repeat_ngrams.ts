/**
 * Forbids to write a group of tokens a second time.
 *
 * @module
 */
import { type LogitsProcessor, tokenAt } from "./logits_processor.ts";

/**
 * Forbids every token that would complete a group of `size` tokens that stands in the prompt or the
 * written tokens already, as `no_repeat_ngram_size` of transformers does.
 */
export function noRepeatNgrams(size: number): LogitsProcessor {
  return (logits, context) => {
    const length = context.prompt.length + context.written.length;
    const suffix = length - (size - 1);
    for (let start = 0; start + size <= length; start++) {
      let same = 0;
      while (
        same < size - 1 && tokenAt(context, start + same) === tokenAt(context, suffix + same)
      ) same++;
      if (same < size - 1) continue;
      const token = tokenAt(context, start + size - 1);
      if (token < logits.length) logits[token] = -Infinity;
    }
  };
}
