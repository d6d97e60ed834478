/**
 * Leaves the likeliest tokens whose probabilities make up a share of the whole.
 *
 * @module
 */
import { firstBeyond } from "../partial_order.ts";
import { exponentials } from "../exponentials.ts";
import type { LogitsProcessor } from "./logits_processor.ts";

/**
 * Forbids the least likely tokens whose probabilities together are at most 1 − `p` (nucleus sampling,
 * Holtzman et al., 2019, arXiv 1904.09751). The likeliest token always stays.
 */
export function topP(p: number): LogitsProcessor {
  return (logits) => {
    const { masses, total } = exponentials(logits);
    const first = firstBeyond(logits, masses, (1 - p) * total, false);
    const least = logits[first];
    for (let i = 0; i < logits.length; i++) {
      if (logits[i] < least || (logits[i] === least && i < first)) logits[i] = -Infinity;
    }
  };
}
