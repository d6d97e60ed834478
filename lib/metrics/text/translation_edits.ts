/**
 * How many words must be inserted, left out or replaced, and how many phrases moved, to turn a text into
 * another: the search of Tercom (Snover et al., 2006) as sacreBLEU does it.
 *
 * @module
 */
import { EditDistance } from "./edit_distance.ts";

/** The longest phrase that is moved, in words. */
const longestPhrase = 10;
/** So far apart may the places of a phrase in both texts be. */
const farthestMove = 50;
/** After so many trials the search ends. */
const mostTrials = 1000;

/** A move that was tried. */
interface Move {
  /** By how many edits the text is nearer. */
  readonly gain: number;
  readonly length: number;
  readonly start: number;
  readonly target: number;
  readonly written: Int32Array;
}

/** The number of edits. */
export function translationEdits(written: readonly string[], right: readonly string[]): number {
  if (right.length === 0) return written.length;
  const ids = new Map<string, number>();
  const numbers = (words: readonly string[]) =>
    Int32Array.from(words, (word) => {
      const id = ids.get(word) ?? ids.size;
      ids.set(word, id);
      return id;
    });
  const reference = numbers(right);
  const distance = new EditDistance(reference, written.length);
  const tried = { count: 0 };
  let text: Int32Array = numbers(written);
  let moves = 0;
  while (true) {
    const best = bestMove(text, reference, distance, tried);
    if (tried.count >= mostTrials || !best || best.gain <= 0) break;
    text = best.written;
    moves++;
  }
  return moves + distance.measure(text);
}

/** The move that brings the text nearest to the reference, by Tercom's order of equally good ones. */
function bestMove(
  written: Int32Array,
  right: Int32Array,
  distance: EditDistance,
  tried: { count: number },
): Move | undefined {
  const before = distance.measure(written);
  const { writtenOf, rightErrors, writtenErrors } = distance.alignment();
  const hasError = (errors: Uint8Array, start: number, length: number) =>
    errors.subarray(start, start + length).includes(1);
  let best: Move | undefined;
  for (const { start, at, length } of commonPhrases(written, right)) {
    if (!hasError(writtenErrors, start, length) || !hasError(rightErrors, at, length)) continue;
    // Its place is within itself.
    if (writtenOf[at] >= start && writtenOf[at] < start + length) continue;
    let last = -1;
    for (let offset = -1; offset < length && at + offset < right.length; offset++) {
      const target = at + offset === -1 ? 0 : writtenOf[at + offset] + 1;
      if (target === last) continue;
      last = target;
      const moved = move(written, start, length, target);
      const gain = before - distance.measure(moved);
      tried.count++;
      const candidate = { gain, length, start, target, written: moved };
      if (!best || isBetter(candidate, best)) best = candidate;
    }
    if (tried.count >= mostTrials) break;
  }
  return best;
}

/** The largest gain, then the longest phrase, then the earliest one, then the earliest target. */
function isBetter(a: Move, b: Move): boolean {
  if (a.gain !== b.gain) return a.gain > b.gain;
  if (a.length !== b.length) return a.length > b.length;
  return a.start !== b.start ? a.start < b.start : a.target < b.target;
}

/** A phrase that both texts have. */
interface Phrase {
  /** Where it begins in the written text. */
  readonly start: number;
  /** Where it begins in the reference. */
  readonly at: number;
  readonly length: number;
}

function* commonPhrases(written: Int32Array, right: Int32Array): Generator<Phrase> {
  for (let start = 0; start < written.length; start++) {
    const first = Math.max(0, start - farthestMove);
    const end = Math.min(right.length, start + farthestMove + 1);
    for (let at = first; at < end; at++) {
      const most = Math.min(longestPhrase, written.length - start, right.length - at);
      for (let length = 1; length <= most; length++) {
        if (written[start + length - 1] !== right[at + length - 1]) break;
        yield { start, at, length };
      }
    }
  }
}

/** The text with a phrase moved to before the word `target`. */
function move(written: Int32Array, start: number, length: number, target: number): Int32Array {
  const rest = new Int32Array(written.length - length);
  rest.set(written.subarray(0, start));
  rest.set(written.subarray(start + length), start);
  // Where the phrase comes to stand among the others.
  const before = target > start + length ? target - length : Math.min(target, rest.length);
  const moved = new Int32Array(written.length);
  moved.set(rest.subarray(0, before));
  moved.set(written.subarray(start, start + length), before);
  moved.set(rest.subarray(before), before + length);
  return moved;
}
