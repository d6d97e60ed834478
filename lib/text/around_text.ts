/**
 * The special tokens that a tokenizer puts around a text.
 *
 * @module
 */
import type { Tokenizer } from "./tokenizer.ts";

/** Token ids before and behind a text. */
export interface AroundText {
  readonly before: readonly number[];
  readonly behind: readonly number[];
}

/** What stands around every text. */
export function aroundText({ join }: Pick<Tokenizer, "join">): AroundText {
  const all = Array.from(join([]).ids);
  let inner = 0;
  while (all.includes(inner)) inner++;
  const at = join([inner]).ids.indexOf(inner);
  return { before: all.slice(0, at), behind: all.slice(at) };
}

/** The tokenizer with nothing behind texts, for texts that go on. */
export function openEnded(tokenizer: Tokenizer): Tokenizer {
  return aroundText(tokenizer).behind.reduceRight((open, id) => open.withoutClosing(id), tokenizer);
}
