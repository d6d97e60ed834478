/**
 * Finds the tokens that a tokenizer takes out of a text before its other steps, `[MASK]` for one.
 *
 * @module
 */
import { wordCharacters } from "./unicode_tables.ts";

/** A token of `added_tokens` in tokenizer.json. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** Whether it is found only where no letter or digit stands beside it. */
  readonly single_word: boolean;
  /** Whether it swallows the white space before it. */
  readonly lstrip: boolean;
  /** Whether it swallows the white space after it. */
  readonly rstrip: boolean;
  /** Whether it is looked for in the normalized text, and in its own normalized form. */
  readonly normalized: boolean;
  /** Whether decoding leaves it out. */
  readonly special: boolean;
}

/** A part of a text: an added token, with the white space that it swallows, or what is between. */
export interface Section {
  readonly from: number;
  readonly to: number;
  readonly added?: AddedToken;
}

const endsWithWord = new RegExp(`[${wordCharacters}]$`, "u");
const startsWithWord = new RegExp(`^[${wordCharacters}]`, "u");
const whiteSpace = /\p{White_Space}/u;

/** Cuts a text at added tokens given by what is looked for; the longest match comes first. */
export function addedTokenSplitter(
  tokens: ReadonlyMap<string, AddedToken>,
): (text: string) => Section[] {
  const contents = [...tokens.keys()].filter((content) => content !== "");
  const whole = (text: string) => text === "" ? [] : [{ from: 0, to: text.length }];
  if (contents.length === 0) return whole;
  contents.sort((a, b) => b.length - a.length);
  const pattern = new RegExp(contents.map(RegExp.escape).join("|"), "g");

  return (text) => {
    const sections: Section[] = [];
    let done = 0;
    for (const { 0: match, index } of text.matchAll(pattern)) {
      const added = tokens.get(match)!;
      let start = index;
      let end = index + match.length;
      if (added.single_word && !standsAlone(text, start, end)) continue;
      while (added.lstrip && start > done && whiteSpace.test(text[start - 1])) start--;
      while (added.rstrip && end < text.length && whiteSpace.test(text[end])) end++;
      if (start > done) sections.push({ from: done, to: start });
      sections.push({ from: start, to: end, added });
      done = end;
    }
    if (done < text.length) sections.push({ from: done, to: text.length });
    return sections;
  };
}

/** The splitters of the text as it is and of the normalized text. */
export function addedTokenSplitters(
  tokens: readonly AddedToken[],
  normalize: (text: string) => string,
): [raw: (text: string) => Section[], normalized: (text: string) => Section[]] {
  const raw = new Map<string, AddedToken>();
  const normalized = new Map<string, AddedToken>();
  for (const token of tokens) {
    if (token.normalized) normalized.set(normalize(token.content), token);
    else raw.set(token.content, token);
  }
  return [addedTokenSplitter(raw), addedTokenSplitter(normalized)];
}

/** Whether no word character stands right before `from` or right after `to`. */
function standsAlone(text: string, from: number, to: number): boolean {
  // Two code units hold the character beside.
  return !endsWithWord.test(text.slice(Math.max(0, from - 2), from)) &&
    !startsWithWord.test(text.slice(to, to + 2));
}
