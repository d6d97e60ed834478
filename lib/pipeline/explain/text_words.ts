/**
 * A text or a pair of texts as tokens that know their words.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { quoted } from "../../core/quoted.ts";
import type { ExplainedTokens } from "../../evaluate/explain/explained_text.ts";
import type { TextProcessor } from "../../nn/processor.ts";
import { splitWords } from "../../tasks/token_classification/split_words.ts";
import type { Tokenizer } from "../../text/tokenizer.ts";

/** A word of the texts. */
export interface TextWord {
  /** Which of the texts it is of, from 0. */
  readonly of: number;
  /** Where it stands in its text, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
}

/** Tokens and their words. */
export interface TextWords {
  readonly tokens: ExplainedTokens;
  readonly words: readonly TextWord[];
}

/** Cuts texts into words, and says which token is of which. */
export function textWords(
  texts: readonly string[],
  { tokenizer: given, padId, usesTypes, poolsLast }: TextProcessor,
  baseline: string | undefined,
): TextWords {
  const tokenizer = poolsLast ? given.withoutClosing(padId) : given;
  const encoded = texts.map((text) => tokenizer.tokens(text));
  const { ids, types, firstStart, secondStart } = tokenizer.join(
    encoded[0].ids,
    encoded[1]?.ids,
  );
  const wordOf = new Int32Array(ids.length).fill(-1);
  const words: TextWord[] = [];
  encoded.forEach(({ starts }, of) => {
    const own = splitWords(texts[of], "words");
    const first = of === 0 ? firstStart : secondStart!;
    let at = 0;
    starts.forEach((start, token) => {
      const from = behindSpace(texts[of], start);
      while (at < own.length && own[at].end <= from) at++;
      // Tokens of one character's bytes share their place, so that none goes back by more than a word.
      if (at < own.length && own[at].start <= from) wordOf[first + token] = words.length + at;
    });
    words.push(...own.map((word) => ({ of, ...word })));
  });
  return {
    words,
    tokens: {
      ids,
      types: usesTypes ? types : undefined,
      wordOf,
      words: words.length,
      baselineId: baselineIdOf(tokenizer, padId, baseline),
    },
  };
}

/** Tokens with the text that they decode to, and its words; tokens that add no text are special. */
export function wordsOfTokens(
  ids: Int32Array,
  { tokenizer, padId }: TextProcessor,
  baseline: string | undefined,
): TextWords & { readonly text: string } {
  const text = tokenizer.decode(ids);
  const words = splitWords(text, "words").map((word) => ({ of: 0, ...word }));
  let [before, at] = [0, 0];
  const wordOf = ids.map((_, token) => {
    const from = behindSpace(text, before);
    const end = tokenizer.decode(ids.subarray(0, token + 1)).length;
    const isSpecial = end === before;
    before = Math.max(before, end);
    while (at < words.length && words[at].end <= from) at++;
    return !isSpecial && at < words.length && words[at].start <= from ? at : -1;
  });
  const baselineId = baselineIdOf(tokenizer, padId, baseline);
  return {
    text,
    words,
    tokens: { ids, types: undefined, wordOf, words: words.length, baselineId },
  };
}

/** Some tokens begin with the space before their word. */
function behindSpace(text: string, start: number): number {
  let at = start;
  while (at < text.length && /\s/.test(text[at])) at++;
  return at;
}

function baselineIdOf(
  { tokenId, maskId, texts }: Tokenizer,
  padId: number,
  baseline: string | undefined,
): number {
  if (baseline === undefined) return maskId ?? padId;
  const id = tokenId(baseline);
  // "pad" is a word; who writes it means the token that fills short texts.
  const meant = Object.values(texts).find((special) => lettersOf(special) === lettersOf(baseline));
  const isWord = id !== undefined && meant !== undefined && meant !== baseline;
  if (id !== undefined && !isWord) return id;
  const what = isWord
    ? `the baseline ${quoted(baseline)} is a word`
    : `the vocabulary has no token ${quoted(baseline)} for a baseline`;
  throw new TunebookError(
    "input",
    `explain: ${what}${meant === undefined ? "" : `; the special token is ${quoted(meant)}`}`,
  );
}

/** `[PAD]` and `<pad>` are pad; a token without letters is itself. */
function lettersOf(token: string): string {
  return token.toLowerCase().replace(/[^\p{L}]/gu, "") || token;
}
