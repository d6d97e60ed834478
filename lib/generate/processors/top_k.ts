/**
 * Leaves the likeliest tokens, so many of them.
 *
 * @module
 */
import { kthLargest } from "../partial_order.ts";
import type { LogitsProcessor } from "./logits_processor.ts";

/**
 * Forbids what is less likely than the `k`-th likeliest token (Fan et al., 2018, arXiv 1805.04833); those
 * equal to it all stay, as in transformers.
 */
export function topK(k: number): LogitsProcessor {
  return (logits) => {
    if (k >= logits.length) return;
    const least = kthLargest(logits, k);
    for (let i = 0; i < logits.length; i++) {
      if (logits[i] < least) logits[i] = -Infinity;
    }
  };
}
