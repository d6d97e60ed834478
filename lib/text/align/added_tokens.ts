/**
 * Finds the tokens that a tokenizer takes out of a text before its other steps, `[MASK]` for one.
 *
 * @module
 */
import type { AddedToken } from "@huggingface/tokenizers";
import { type AlignedText, sliceAligned } from "./aligned_text.ts";

/** A part of a text: an added token, with the white space that it swallows, or what is between. */
export interface Section {
  text: AlignedText;
  added?: AddedToken;
}

/** Cuts a text at added tokens given by what is looked for; the longest match comes first. */
export function addedTokenSplitter(
  tokens: ReadonlyMap<string, AddedToken>,
): (text: AlignedText) => Section[] {
  const contents = [...tokens.keys()].filter((content) => content !== "");
  if (contents.length === 0) return (text) => [{ text }];
  contents.sort((a, b) => b.length - a.length);
  const pattern = new RegExp(contents.map(escapePattern).join("|"), "g");

  return (whole) => {
    const { text } = whole;
    const sections: Section[] = [];
    let done = 0;
    const put = (from: number, to: number, added?: AddedToken) => {
      if (to > from) sections.push({ text: sliceAligned(whole, from, to), added });
      done = to;
    };
    for (const { 0: match, index } of text.matchAll(pattern)) {
      const added = tokens.get(match)!;
      const from = added.lstrip ? done + text.slice(done, index).trimEnd().length : index;
      const end = index + match.length;
      const to = added.rstrip ? text.length - text.slice(end).trimStart().length : end;
      put(done, from);
      put(from, to, added);
    }
    put(done, text.length);
    return sections;
  };
}

function escapePattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
