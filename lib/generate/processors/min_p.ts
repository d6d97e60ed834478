/**
 * Leaves the tokens that are not much less likely than the likeliest.
 *
 * @module
 */
import { largestOf } from "../partial_order.ts";
import type { LogitsProcessor } from "./logits_processor.ts";

/**
 * Forbids tokens whose probability is below `p` times that of the likeliest (Nguyen et al., 2024,
 * arXiv 2407.01082).
 */
export function minP(p: number): LogitsProcessor {
  const distance = Math.log(p);
  return (logits) => {
    const least = largestOf(logits) + distance;
    for (let i = 0; i < logits.length; i++) {
      if (logits[i] < least) logits[i] = -Infinity;
    }
  };
}
