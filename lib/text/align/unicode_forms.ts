/**
 * Unicode's normal forms with the alignment that Python's tokenizers give them (the Rust crate
 * `unicode-normalization-alignments`): a composed character has the span of its first part, and
 * every character of a decomposition the span of the whole.
 *
 * @module
 */
import { type AlignedText, charactersOf, noAlignment, type Replacement } from "./aligned_text.ts";
import { normalForm, type UnicodeForm } from "../unicode_tables.ts";

/**
 * A character of the new text: 0 when it takes the next character of the old text, 1 when it is
 * added, −n when it takes one and n more vanish after it.
 */
type Change = readonly [character: string, change: number];

/** The replacements that bring a text into a normal form. */
export function unicodeForm({ text }: AlignedText, form: UnicodeForm): Replacement[] {
  const decomposed = decompose(text, form === "NFKC" || form === "NFKD" ? "NFKD" : "NFD");
  return followChanges(text, form === "NFC" || form === "NFKC" ? compose(decomposed) : decomposed);
}

/** The replacements that a list of changes describes. */
function followChanges(text: string, changes: readonly Change[]): Replacement[] {
  const places = [...charactersOf(text)].map(([, at]) => at);
  let next = 0;
  return changes.map(([character, change]): Replacement => {
    const place = change > 0 ? Math.max(next - 1, 0) : next;
    if (change <= 0) next += 1 - change;
    if (place >= places.length) throw noAlignment("a normalizer adds characters of no origin");
    return [character, places[place]];
  });
}

function decompose(text: string, form: UnicodeForm): Change[] {
  const changes: Change[] = [];
  for (const character of text) {
    [...normalForm(character, form)].forEach((part, index) => changes.push([part, index ? 1 : 0]));
  }
  return inCanonicalOrder(changes, normalForm(text, form));
}

/** Sorts each run of combining marks as `sorted` has them; equal marks keep their order. */
function inCanonicalOrder(changes: Change[], sorted: string): Change[] {
  const target = [...sorted];
  for (let i = 0; i < target.length; i++) {
    let from = i;
    while (from < changes.length && changes[from][0] !== target[i]) from++;
    if (from === changes.length) throw noAlignment("combining marks stand in an unknown order");
    if (from > i) changes.splice(i, 0, ...changes.splice(from, 1));
  }
  return changes;
}

/** Composes as Unicode's algorithm does: a mark joins its starter unless one like it stands between. */
function compose(changes: readonly Change[]): Change[] {
  const composed: Change[] = [];
  let starter = -1;
  let last: string | undefined;
  for (const [character, change] of changes) {
    const isMark = isCombining(character);
    const isBlocked = last !== undefined && (!isMark || !comesBefore(last, character));
    if (starter >= 0 && !isBlocked) {
      const [base, before] = composed[starter];
      const pair = (base + character).normalize("NFC");
      if ([...pair].length === 1) {
        composed[starter] = [pair, before + change - 1];
        continue;
      }
    }
    composed.push([character, change]);
    if (!isMark) {
      starter = composed.length - 1;
      last = undefined;
    } else if (starter >= 0) last = character;
  }
  return composed;
}

/** The mark with the highest combining class, which all other marks are sorted before. */
const lastMark = "\u0345";
const combining = new Map<string, boolean>([[lastMark, true]]);

function isCombining(character: string): boolean {
  if (character < "\u0300") return false;
  let known = combining.get(character);
  if (known === undefined) {
    known = (lastMark + character).normalize("NFD") !== lastMark + character;
    combining.set(character, known);
  }
  return known;
}

/** Whether the first of two marks has the lower combining class. */
function comesBefore(first: string, second: string): boolean {
  return (second + first).normalize("NFD") !== second + first;
}
