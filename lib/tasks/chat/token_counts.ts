/**
 * Learned stretches of a text → learned tokens.
 *
 * @module
 */
import type { TextTokens } from "../../text/text_tokens.ts";
import type { LearnedChat } from "./learned_spans.ts";

/** Which tokens are learned. */
export interface TokenCounts {
  /** 1 for a learned token, [tokens]. */
  readonly counts: Uint8Array;
  /** How many of them have a part that is not learned. */
  readonly straddling: number;
}

/**
 * A token is learned where it has any character of a learned stretch, as `return_assistant_tokens_mask`
 * of transformers has it. A token that begins with white space covers it, though its offsets do not
 * tell.
 */
export function tokenCounts(
  { text, spans }: LearnedChat,
  { starts, ends }: Pick<TextTokens, "starts" | "ends">,
): TokenCounts {
  const counts = new Uint8Array(starts.length);
  let straddling = 0;
  let before = 0;
  let next = 0;
  for (let at = 0; at < starts.length; at++) {
    const [start, end] = [Math.min(starts[at], before), ends[at]];
    before = Math.max(before, end);
    while (next < spans.length && spans[next].end <= start) next++;
    const span = spans[next];
    if (!span || end <= span.start) continue;
    counts[at] = 1;
    const isBeyond = end > span.end && text.slice(span.end, end).trim() !== "";
    if (start < span.start || isBeyond) straddling++;
  }
  return { counts, straddling };
}
