/**
 * Tokens ↔ ids, added tokens included.
 *
 * @module
 */
import type { AddedToken } from "./added_tokens.ts";

/** Which token has which id. */
export interface Vocabulary {
  /** How many ids there are: one more than the largest. */
  readonly size: number;
  /** The tokens that are taken out of a text before the model sees it. */
  readonly added: readonly AddedToken[];
  /** The id of a token as the vocabulary writes it; undefined for none. */
  idOf(token: string): number | undefined;
  /** The token of an id; undefined for an id without one. */
  textOf(id: number): string | undefined;
}

/** The vocabulary of a model with the added tokens, which come first. */
export function vocabularyOf(
  ids: ReadonlyMap<string, number>,
  added: readonly AddedToken[],
): Vocabulary {
  const texts = new Map<number, string>();
  const own = new Map<string, number>();
  let size = 0;
  for (const [token, id] of ids) {
    texts.set(id, token);
    size = Math.max(size, id + 1);
  }
  for (const { content, id } of added) {
    own.set(content, id);
    texts.set(id, content);
    size = Math.max(size, id + 1);
  }
  return {
    size,
    added,
    idOf: (token) => own.get(token) ?? ids.get(token),
    textOf: (id) => texts.get(id),
  };
}
