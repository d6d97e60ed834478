/**
 * Cuts a text at the matches of a pattern, as `NormalizedString::split` of Python's tokenizers does.
 *
 * @module
 */

/** A stretch of a text in UTF-16 code units, the end exclusive. */
export type Span = readonly [from: number, to: number];

/** What becomes of the matches. */
export const splitBehaviors = [
  "Removed",
  "Isolated",
  "MergedWithPrevious",
  "MergedWithNext",
  "Contiguous",
] as const;

/** `Removed` leaves matches out, `Isolated` makes each a word, the others join them to neighbours. */
export type SplitBehavior = typeof splitBehaviors[number];

type Piece = [from: number, to: number, isMatch: boolean];

/**
 * The words of a text, in order. With `invert` what lies between the matches of `pattern` (which
 * has the flag `g`) counts as the match.
 *
 * @example
 * ```ts
 * import { splitSpans } from "./split_spans.ts";
 * import assert from "node:assert/strict";
 *
 * const text = "the-final--countdown";
 * const words = splitSpans(text, /-/g, "MergedWithPrevious").map(([from, to]) => text.slice(from, to));
 * assert.deepEqual(words, ["the-", "final-", "-", "countdown"]);
 * ```
 */
export function splitSpans(
  text: string,
  pattern: RegExp,
  behavior: SplitBehavior,
  invert = false,
): Span[] {
  const pieces = piecesOf(text, pattern, invert);
  return joined(pieces, behavior).filter(([from, to]) => to > from);
}

function piecesOf(text: string, pattern: RegExp, invert: boolean): Piece[] {
  const pieces: Piece[] = [];
  let done = 0;
  for (const { 0: match, index } of text.matchAll(pattern)) {
    if (index > done) pieces.push([done, index, invert]);
    done = index + match.length;
    pieces.push([index, done, !invert]);
  }
  if (done < text.length) pieces.push([done, text.length, invert]);
  return pieces;
}

function joined(pieces: Piece[], behavior: SplitBehavior): Span[] {
  switch (behavior) {
    case "Isolated":
      return pieces.map(([from, to]) => [from, to]);
    case "Removed":
      return pieces.flatMap(([from, to, isMatch]): Span[] => isMatch ? [] : [[from, to]]);
    case "MergedWithNext":
      return merge(pieces.toReversed(), (isMatch, before) => isMatch && !before).reverse();
    case "MergedWithPrevious":
      return merge(pieces, (isMatch, before) => isMatch && !before);
    case "Contiguous":
      return merge(pieces, (isMatch, before) => isMatch === before);
  }
}

/** Joins a piece to the one before it where `joins` says so of whether both are matches. */
function merge(
  pieces: readonly Piece[],
  joins: (isMatch: boolean, before: boolean) => boolean,
): [number, number][] {
  const merged: [number, number][] = [];
  let before = false;
  for (const [from, to, isMatch] of pieces) {
    const last = merged.at(-1);
    if (last && joins(isMatch, before)) {
      last[0] = Math.min(last[0], from);
      last[1] = Math.max(last[1], to);
    } else merged.push([from, to]);
    before = isMatch;
  }
  return merged;
}
