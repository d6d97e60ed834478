/**
 * Tokens as answers show them.
 *
 * @module
 */
import type { TokenLogprobs } from "../../generate/token_logprobs.ts";
import type { Tokenizer } from "../../text/tokenizer.ts";

/** A token with how likely it was. */
export interface TokenText {
  readonly id: number;
  /** What it adds to a text; bytes that are no whole character are shown as `�`. */
  readonly text: string;
  readonly bytes: readonly number[];
  readonly logprob: number;
}

/** A written token and the likeliest ones in its place. */
export interface WrittenToken extends TokenText {
  readonly top: readonly TokenText[];
}

type Shown = Pick<Tokenizer, "tokenBytes" | "tokenText" | "decode">;

/** Written tokens as answers show them. */
export function writtenTokens(
  tokenizer: Shown,
  logprobs: readonly TokenLogprobs[],
): WrittenToken[] {
  const shown = ({ token, logprob }: { readonly token: number; readonly logprob: number }) => ({
    id: token,
    logprob,
    ...shownToken(tokenizer, token),
  });
  return logprobs.map((each) => ({ ...shown(each), top: each.top.map(shown) }));
}

const utf8 = new TextEncoder();

/** The text and the bytes of a token by itself; of a special one its name. */
export function shownToken(
  tokenizer: Shown,
  id: number,
): Pick<TokenText, "text" | "bytes"> {
  const own = tokenizer.tokenBytes?.(id);
  if (own) return { text: new TextDecoder().decode(own), bytes: [...own] };
  const text = tokenizer.decode([id]) || tokenizer.tokenText(id);
  return { text, bytes: [...utf8.encode(text)] };
}
