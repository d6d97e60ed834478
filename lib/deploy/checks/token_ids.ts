/**
 * Special tokens by the names that `tokenizer_config.json` gives them.
 *
 * @module
 */
import type { FolderFacts } from "./folder_facts.ts";

/** A token as a text, of a field that holds a text or an object with one; undefined where it is none. */
export function tokenText(field: unknown): string | undefined {
  if (typeof field === "string") return field;
  const content = (field as { content?: unknown } | null | undefined)?.content;
  return typeof content === "string" ? content : undefined;
}

/** The id that `tokenizer.json` gives a token; undefined for what it lacks. */
export function tokenId({ tokenizer }: Pick<FolderFacts, "tokenizer">, text: string) {
  const added = (tokenizer.added_tokens ?? []) as readonly { content: string; id: number }[];
  const found = added.find(({ content }) => content === text);
  if (found) return found.id;
  const { vocab } = (tokenizer.model ?? {}) as { vocab?: unknown };
  if (Array.isArray(vocab)) {
    const at = vocab.findIndex((entry) => Array.isArray(entry) && entry[0] === text);
    return at < 0 ? undefined : at;
  }
  const byText = (vocab ?? {}) as Readonly<Record<string, number>>;
  return Object.hasOwn(byText, text) ? byText[text] : undefined;
}
