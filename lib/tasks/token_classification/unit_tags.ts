/**
 * Tags of words that share a token, and of the tokens of one word.
 *
 * @module
 */
import { tagParts } from "../../nn/tags/tag_parts.ts";
import type { TagScheme } from "../../nn/tags/tag_scheme.ts";

/** The letters for an entity's end and for an entity of one word. */
const closing: Partial<Record<TagScheme, string>> = { IOBES: "ES", BILOU: "LU" };

/** The one tag that stands for those of several words: of `B-X E-X` it is `S-X`. */
export function joinTags(tags: readonly string[], scheme: TagScheme): string {
  const [first, last] = [tags[0], tags.at(-1)!].map(tagParts);
  const letters = closing[scheme];
  if (tags.length === 1 || !letters || !first || !last || first.type !== last.type) return tags[0];
  if (first.prefix === "O" || last.prefix === "O") return tags[0];
  const [end, single] = letters;
  const begins = first.prefix === "B" || first.prefix === single;
  const ends = last.prefix === end || last.prefix === single;
  return `${begins ? (ends ? single : "B") : ends ? end : "I"}-${first.type}`;
}

/** The tags of `words` words that one tag stands for: of `S-X` and two they are `B-X E-X`. */
export function spreadTag(tag: string, words: number, scheme: TagScheme): string[] {
  const parts = tagParts(tag);
  const tags = new Array<string>(words).fill(tag);
  if (words === 1 || scheme === "plain" || scheme === "IO" || !parts || parts.prefix === "O") {
    return tags;
  }
  const suffix = tag.slice(1);
  const [end, single] = closing[scheme] ?? "II";
  const begins = parts.prefix === "B" || (scheme in closing && parts.prefix === single);
  const ends = scheme in closing && (parts.prefix === end || parts.prefix === single);
  tags.fill(`I${suffix}`);
  if (begins) tags[0] = `B${suffix}`;
  if (ends) tags[words - 1] = `${end}${suffix}`;
  return tags;
}

/** The tag that tokens after a word's first one learn: I where it has B (transformers' `run_ner.py`). */
export function innerTag(tag: string, labels: readonly string[], scheme: TagScheme): string {
  if (scheme === "plain" || !tag.startsWith("B-")) return tag;
  const inner = `I-${tag.slice(2)}`;
  return labels.includes(inner) ? inner : tag;
}
