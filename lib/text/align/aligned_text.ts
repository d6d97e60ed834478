/**
 * A text on its way through a tokenizer's steps, which knows of every character where it came from.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";

/**
 * A changed text and, for each of its UTF-16 code units, the span of the first text that it stands
 * for. Both halves of a surrogate pair have the span of the whole character.
 */
export interface AlignedText {
  readonly text: string;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/**
 * Characters that take over the span of the character at `at`, an index of code units, or of all
 * characters from there to the one at `last`.
 */
export type Replacement = readonly [characters: string, at: number, last?: number];

/** A text before the first step. */
export function alignText(text: string): AlignedText {
  const starts: number[] = [];
  const ends: number[] = [];
  let at = 0;
  for (const character of text) {
    const end = at + character.length;
    for (let i = at; i < end; i++) {
      starts.push(at);
      ends.push(end);
    }
    at = end;
  }
  return { text, starts, ends };
}

/** The part of an aligned text from code unit `from` up to but without `to`. */
export function sliceAligned(whole: AlignedText, from: number, to: number): AlignedText {
  if (from === 0 && to === whole.text.length) return whole;
  return {
    text: whole.text.slice(from, to),
    starts: whole.starts.slice(from, to),
    ends: whole.ends.slice(from, to),
  };
}

/** The text that replacements, in order, make of an aligned text. */
export function realign(from: AlignedText, replacements: Iterable<Replacement>): AlignedText {
  let text = "";
  const starts: number[] = [];
  const ends: number[] = [];
  for (const [characters, at, last = at] of replacements) {
    text += characters;
    for (let i = 0; i < characters.length; i++) {
      starts.push(from.starts[at]);
      ends.push(from.ends[last]);
    }
  }
  return { text, starts, ends };
}

/** The characters of a text with the index of their first code unit. */
export function* charactersOf(text: string): Generator<[character: string, at: number]> {
  let at = 0;
  for (const character of text) {
    yield [character, at];
    at += character.length;
  }
}

/** The error for a step through which a text cannot be followed. */
export function noAlignment(what: string): TunebookError {
  return new TunebookError(
    "unsupported",
    `token offsets are not available: ${what}; encode() works with this tokenizer, tokens() does not`,
  );
}
