/**
 * A tokenizer's normalizer, run so that every character keeps its origin.
 *
 * @module
 */
import {
  BertNormalizer,
  LowercaseNormalizer,
  NFCNormalizer,
  NFDNormalizer,
  NFKCNormalizer,
  NFKDNormalizer,
  type Normalizer,
  PrecompiledNormalizer,
  PrependNormalizer,
  ReplaceNormalizer,
  SequenceNormalizer,
  StripAccentsNormalizer,
  StripNormalizer,
} from "@huggingface/tokenizers";
import {
  type AlignedText,
  charactersOf,
  noAlignment,
  realign,
  type Replacement,
  sliceAligned,
} from "./aligned_text.ts";
import { unicodeForm } from "./unicode_forms.ts";

/**
 * What the normalizer makes of a text. Throws a `TunebookError` of kind "unsupported" for a step
 * that is not known and where following the characters gives another text than the step itself.
 */
export function normalizeAligned(step: Normalizer | null, text: AlignedText): AlignedText {
  if (step === null) return text;
  if (step instanceof SequenceNormalizer) {
    return step.normalizers.reduce<AlignedText>((now, each) => normalizeAligned(each, now), text);
  }
  const result = step instanceof StripNormalizer
    ? strip(step, text)
    : realign(text, replacementsOf(step, text));
  if (result.text !== step.normalize(text.text)) {
    throw noAlignment(`the normalizer ${step.config.type} changes a text beyond its characters`);
  }
  return result;
}

function replacementsOf(step: Normalizer, text: AlignedText): Iterable<Replacement> {
  if (
    step instanceof BertNormalizer || step instanceof LowercaseNormalizer ||
    step instanceof StripAccentsNormalizer
  ) return eachCharacter(step, text);
  if (step instanceof ReplaceNormalizer) return replace(step, text);
  if (step instanceof PrependNormalizer) return insertBefore(text, step.config.prepend);
  if (step instanceof PrecompiledNormalizer) return precompiled(step, text);
  if (
    step instanceof NFCNormalizer || step instanceof NFDNormalizer ||
    step instanceof NFKCNormalizer || step instanceof NFKDNormalizer
  ) return unicodeForm(text, step.form);
  throw noAlignment(`the normalizer ${step.config.type} is not known`);
}

/** Replacements that put `before` in front of a text, on the span of its first character. */
export function insertBefore({ text }: AlignedText, before: string): Replacement[] {
  if (text === "") return [];
  return [[before, 0], ...charactersOf(text)];
}

/** For steps that look at one character at a time. */
function* eachCharacter(step: Normalizer, { text }: AlignedText): Generator<Replacement> {
  const normalize = remembering(step);
  for (const [character, at] of charactersOf(text)) yield [normalize(character), at];
}

/** What a step made of single characters and graphemes, which come again and again. */
const known = new WeakMap<Normalizer, Map<string, string>>();
/** Beyond so many the memory starts anew: no language has more in use. */
const mostKnown = 20_000;

/** The step for short texts, with a memory. */
function remembering(step: Normalizer): (text: string) => string {
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
function* replace(step: ReplaceNormalizer, { text }: AlignedText): Generator<Replacement> {
  const { pattern, config: { content } } = step;
  if (pattern === null) throw noAlignment("a Replace normalizer has a pattern of unknown kind");
  let done = 0;
  const keep = function* (until: number): Generator<Replacement> {
    for (const [character, at] of charactersOf(text.slice(done, until))) {
      yield [character, done + at];
    }
  };
  for (const { 0: match, index } of text.matchAll(pattern)) {
    if (match === "") throw noAlignment("a Replace normalizer's pattern matches nothing at all");
    yield* keep(index);
    done = index + match.length;
    // As in String.replaceAll, `$&` stands for the match.
    const made = content.includes("$") ? match.replaceAll(pattern, content) : content;
    yield [made, done - 1];
  }
  yield* keep(text.length);
}

function strip({ config }: StripNormalizer, whole: AlignedText): AlignedText {
  const { text } = whole;
  const from = config.strip_left ? text.length - text.trimStart().length : 0;
  const to = config.strip_right ? text.trimEnd().length : text.length;
  return sliceAligned(whole, Math.min(from, to), to);
}

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
/** SentencePiece looks up a short grapheme as a whole and a longer one by its characters. */
const longestWholeBytes = 5;
const utf8 = new TextEncoder();

function* precompiled(step: Normalizer, { text }: AlignedText): Generator<Replacement> {
  const normalize = remembering(step);
  for (const { segment, index } of graphemes.segment(text)) {
    const characters = [...charactersOf(segment)];
    const whole = normalize(segment);
    const apart = characters.map(([character]) => normalize(character));
    const isApart = apart.join("") === whole;
    if (segment === "\r\n") {
      yield [whole, index];
    } else if (whole !== segment && utf8.encode(segment).length <= longestWholeBytes) {
      // One for one; what is added belongs to the last, what is left over vanishes.
      for (const [i, character] of [...whole].entries()) {
        yield [character, index + characters[Math.min(i, characters.length - 1)][1]];
      }
    } else if (isApart) {
      for (const [i, [, at]] of characters.entries()) yield [apart[i], index + at];
    } else {
      // Characters that the library composes and Python does not.
      yield [whole, index, index + characters.at(-1)![1]];
    }
  }
}
