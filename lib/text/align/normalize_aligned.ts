/**
 * A tokenizer's normalizer, run so that every character keeps its origin.
 *
 * @module
 */
import type { NormalizerStep } from "../normalizer.ts";
import {
  type AlignedText,
  charactersOf,
  noAlignment,
  realign,
  type Replacement,
  sliceAligned,
} from "./aligned_text.ts";
import type { UnicodeForm } from "../unicode_tables.ts";
import { unicodeForm } from "./unicode_forms.ts";

/**
 * What the normalizer makes of a text. Throws a `TunebookError` of kind "unsupported" where
 * following the characters gives another text than the step itself.
 */
export function normalizeAligned(
  steps: readonly NormalizerStep[],
  text: AlignedText,
): AlignedText {
  return steps.reduce((now, step) => {
    const result = step.kind === "strip"
      ? strip(step, now)
      : realign(now, replacementsOf(step, now));
    if (result.text === step.normalize(now.text)) return result;
    throw noAlignment(`the normalizer ${step.type} changes a text beyond its characters`);
  }, text);
}

function replacementsOf(step: NormalizerStep, text: AlignedText): Iterable<Replacement> {
  switch (step.kind) {
    case "replace":
      return replace(step, text);
    case "prepend":
      return insertBefore(text, step.content!);
    case "form":
      return unicodeForm(text, step.type as UnicodeForm);
    case "graphemes":
      return precompiled(step, text);
    default:
      return eachCharacter(step, text);
  }
}

/** Replacements that put `before` in front of a text, on the span of its first character. */
export function insertBefore({ text }: AlignedText, before: string): Replacement[] {
  if (text === "") return [];
  return [[before, 0], ...charactersOf(text)];
}

/** For steps that look at one character at a time. */
function* eachCharacter(step: NormalizerStep, { text }: AlignedText): Generator<Replacement> {
  const normalize = remembering(step);
  for (const [character, at] of charactersOf(text)) yield [normalize(character), at];
}

/** What a step made of single characters and graphemes, which come again and again. */
const known = new WeakMap<NormalizerStep, Map<string, string>>();
/** Beyond so many the memory starts anew: no language has more in use. */
const mostKnown = 20_000;

/** The step for short texts, with a memory. */
function remembering(step: NormalizerStep): (text: string) => string {
  const results = known.get(step) ?? new Map<string, string>();
  known.set(step, results);
  return (text) => {
    let result = results.get(text);
    if (result === undefined) {
      if (results.size >= mostKnown) results.clear();
      results.set(text, result = step.normalize(text));
    }
    return result;
  };
}

/** What replaces a match has the span of the match's last character. */
function* replace(
  { pattern, content }: NormalizerStep,
  { text }: AlignedText,
): Generator<Replacement> {
  let done = 0;
  const keep = function* (until: number): Generator<Replacement> {
    for (const [character, at] of charactersOf(text.slice(done, until))) {
      yield [character, done + at];
    }
  };
  for (const { 0: match, index } of text.matchAll(pattern!)) {
    if (match === "") throw noAlignment("a Replace normalizer's pattern matches nothing at all");
    yield* keep(index);
    done = index + match.length;
    yield [content!, done - 1];
  }
  yield* keep(text.length);
}

function strip(step: NormalizerStep, whole: AlignedText): AlignedText {
  const stripped = step.normalize(whole.text);
  // White space within is kept, so that what stays is found where it was.
  const from = stripped === "" ? 0 : whole.text.indexOf(stripped);
  return sliceAligned(whole, from, from + stripped.length);
}

let graphemes: Intl.Segmenter | undefined;
/** SentencePiece looks up a short grapheme as a whole and a longer one by its characters. */
const longestWholeBytes = 5;
const utf8 = new TextEncoder();

function* precompiled(step: NormalizerStep, { text }: AlignedText): Generator<Replacement> {
  const normalize = remembering(step);
  graphemes ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  for (const { segment, index } of graphemes.segment(text)) {
    const characters = [...charactersOf(segment)];
    const whole = normalize(segment);
    const apart = characters.map(([character]) => normalize(character));
    if (whole !== segment && utf8.encode(segment).length <= longestWholeBytes) {
      // One for one; what is added belongs to the last, what is left over vanishes.
      for (const [i, character] of [...whole].entries()) {
        yield [character, index + characters[Math.min(i, characters.length - 1)][1]];
      }
    } else {
      for (const [i, [, at]] of characters.entries()) yield [apart[i], index + at];
    }
  }
}
