/**
 * A tokenizer's pre-tokenizer, run so that every character keeps its origin.
 *
 * @module
 */
import { byteCharacters } from "../byte_characters.ts";
import type { BytesStep, MetaspaceStep, PreTokenizerStep } from "../pre_tokenizer.ts";
import { splitSpans } from "../split_spans.ts";
import {
  type AlignedText,
  charactersOf,
  realign,
  type Replacement,
  sliceAligned,
} from "./aligned_text.ts";
import { insertBefore } from "./normalize_aligned.ts";

/** What a pre-tokenizer is told about a text. */
export interface PreTokenizeContext {
  /** Whether byte-level tokenizers read it as if a space came before, whatever their setting. */
  spaceBefore: boolean;
}

/** The words that a pre-tokenizer makes of texts. */
export function preTokenizeAligned(
  steps: readonly PreTokenizerStep[],
  text: AlignedText,
  { spaceBefore }: PreTokenizeContext,
): readonly AlignedText[] {
  return steps.reduce<AlignedText[]>(
    (now, step) => now.flatMap((each) => apply(step, each, spaceBefore)),
    [text],
  );
}

function apply(step: PreTokenizerStep, text: AlignedText, spaceBefore: boolean): AlignedText[] {
  switch (step.kind) {
    case "split":
      return cut(text, splitSpans(text.text, step.pattern, step.behavior, step.invert));
    case "bytes":
      return bytes(step, text, spaceBefore);
    case "metaspace": {
      const whole = marked(step, text);
      const { pattern } = step;
      return pattern ? cut(whole, splitSpans(whole.text, pattern, "MergedWithNext")) : [whole];
    }
  }
}

/** Each word becomes its UTF-8 bytes, written as characters that all have the character's span. */
function bytes(step: BytesStep, text: AlignedText, spaceBefore: boolean): AlignedText[] {
  const { pattern } = step;
  const needsSpace = step.addPrefixSpace || (spaceBefore && pattern !== undefined);
  const whole = needsSpace && !text.text.startsWith(" ")
    ? realign(text, insertBefore(text, " "))
    : text;
  const words = pattern ? cut(whole, splitSpans(whole.text, pattern, "Isolated")) : [whole];
  return words.map((word) =>
    realign(
      word,
      Array.from(
        charactersOf(word.text),
        ([character, at]): Replacement => [byteCharacters(character), at],
      ),
    )
  );
}

function marked({ mark, prepend }: MetaspaceStep, text: AlignedText): AlignedText {
  const written = realign(
    text,
    Array.from(
      charactersOf(text.text),
      ([character, at]) => [character === " " ? mark : character, at],
    ),
  );
  const wanted = prepend === "always" || (prepend === "first" && text.starts[0] === 0);
  if (!wanted || written.text.startsWith(mark)) return written;
  return realign(written, insertBefore(written, mark));
}

function cut(
  whole: AlignedText,
  spans: readonly (readonly [number, number])[],
): AlignedText[] {
  return spans.map(([from, to]) => sliceAligned(whole, from, to));
}
