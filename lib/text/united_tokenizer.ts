/**
 * One tokenizer for the tokens of several.
 *
 * @module
 */
import type { AddedToken } from "./added_tokens.ts";
import { readTokenizerFiles } from "./read_tokenizer_files.ts";
import type { TokenizerFiles } from "./tokenizer_files.ts";
import { readTokenizerParts } from "./tokenizer_parts.ts";

/** The tokens of a tokenizer. */
export interface TokenizerTokens {
  /** tokenizer.json as it was read. */
  readonly json: Readonly<Record<string, unknown>>;
  /** The id of each token, added ones too, in the order of the ids. */
  readonly ids: ReadonlyMap<string, number>;
  /** The tokens that are taken out of a text before the model sees it. */
  readonly added: readonly AddedToken[];
}

/** Reads the tokens below a size; a tokenizer may have more than its model has rows. */
export async function readTokenizerTokens(
  files: TokenizerFiles,
  size: number,
): Promise<TokenizerTokens> {
  const { json } = await readTokenizerFiles(files);
  const { modelIds, vocabulary } = readTokenizerParts(json, files.tokenizer);
  const all = new Map(modelIds);
  for (const { content, id } of vocabulary.added) all.set(content, id);
  const ids = [...all].filter(([, id]) => id < size).sort(([, a], [, b]) => a - b);
  return { json, ids: new Map(ids), added: vocabulary.added.filter(({ id }) => id < size) };
}

/**
 * The first tokenizer with the tokens of the others behind its own, as mergekit's `union` has it: they are
 * added tokens, which are found in a text before anything else. The ids of the first one stay.
 */
export function unitedTokenizer(
  first: TokenizerTokens,
  others: readonly TokenizerTokens[],
): TokenizerTokens {
  const ids = new Map(first.ids);
  const added: AddedToken[] = [];
  let next = Math.max(-1, ...ids.values()) + 1;
  const add = (content: string, settings: Omit<AddedToken, "id" | "content">) => {
    if (ids.has(content)) return;
    added.push({ id: next, content, ...settings });
    ids.set(content, next++);
  };
  const known = new Map(others.flatMap((each) => each.added).map((each) => [each.content, each]));
  for (const { ids: tokens } of others) {
    for (const token of tokens.keys()) if (!known.has(token)) add(token, plain);
  }
  for (const { content, id: _, ...settings } of known.values()) add(content, settings);
  const before = (first.json.added_tokens ?? []) as readonly unknown[];
  return {
    json: { ...first.json, added_tokens: [...before, ...added] },
    ids,
    added: [...first.added, ...added],
  };
}

/** What Python's tokenizers make of a token that is added by its text alone. */
const plain: Omit<AddedToken, "id" | "content"> = {
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: true,
  special: false,
};
