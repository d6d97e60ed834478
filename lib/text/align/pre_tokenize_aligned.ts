/**
 * A tokenizer's pre-tokenizer, run so that every character keeps its origin.
 *
 * @module
 */
import {
  BertPreTokenizer,
  ByteLevelPreTokenizer,
  DigitsPreTokenizer,
  FixedLengthPreTokenizer,
  MetaspacePreTokenizer,
  type PreTokenizer,
  PunctuationPreTokenizer,
  SequencePreTokenizer,
  SplitPreTokenizer,
  WhitespacePreTokenizer,
  WhitespaceSplitPreTokenizer,
} from "@huggingface/tokenizers";
import {
  type AlignedText,
  charactersOf,
  noAlignment,
  realign,
  type Replacement,
  sliceAligned,
} from "./aligned_text.ts";
import { insertBefore } from "./normalize_aligned.ts";

/** What a pre-tokenizer is told about a text. */
export interface PreTokenizeContext {
  /** Whether the text is at the beginning, where Metaspace may put its mark. */
  isFirst: boolean;
  /** Whether byte-level tokenizers read it as if a space came before, whatever their setting. */
  spaceBefore: boolean;
}

/** Pre-tokenizers that only cut a text, and leave out white space. */
const cutting = [
  BertPreTokenizer,
  DigitsPreTokenizer,
  FixedLengthPreTokenizer,
  PunctuationPreTokenizer,
  SplitPreTokenizer,
  WhitespacePreTokenizer,
  WhitespaceSplitPreTokenizer,
];

/**
 * The words that a pre-tokenizer makes of texts. Throws a `TunebookError` of kind "unsupported" for
 * a step that is not known or that leaves out more than white space.
 */
export function preTokenizeAligned(
  step: PreTokenizer | null,
  texts: readonly AlignedText[],
  context: PreTokenizeContext,
): readonly AlignedText[] {
  if (step === null) return texts;
  if (step instanceof SequencePreTokenizer) {
    return step.tokenizers.reduce((now, each) => preTokenizeAligned(each, now, context), texts);
  }
  if (step instanceof ByteLevelPreTokenizer) {
    return texts.flatMap((text) => byteLevel(step, text, context.spaceBefore));
  }
  if (step instanceof MetaspacePreTokenizer) {
    return texts.map((text) => metaspace(step, text, context.isFirst));
  }
  if (cutting.some((kind) => step instanceof kind)) {
    return texts.flatMap((text) => cut(text, step.pre_tokenize_text(text.text)));
  }
  throw noAlignment("its pre-tokenizer is not known");
}

/** Each word becomes its UTF-8 bytes, written as characters that all have the character's span. */
function byteLevel(
  step: ByteLevelPreTokenizer,
  text: AlignedText,
  spaceBefore: boolean,
): AlignedText[] {
  const needsSpace = step.add_prefix_space || (spaceBefore && step.use_regex);
  const whole = needsSpace && !text.text.startsWith(" ")
    ? realign(text, insertBefore(text, " "))
    : text;
  const words = step.use_regex ? cut(whole, whole.text.match(step.pattern) ?? []) : [whole];
  return words.map((word) =>
    realign(
      word,
      Array.from(charactersOf(word.text), ([character, at]): Replacement => {
        const bytes = [...step.text_encoder.encode(character)];
        return [bytes.map((byte) => step.byte_encoder[byte]).join(""), at];
      }),
    )
  );
}

function metaspace(step: MetaspacePreTokenizer, text: AlignedText, isFirst: boolean): AlignedText {
  const marked = realign(
    text,
    Array.from(charactersOf(text.text), ([character, at]) => {
      return [character === " " ? step.str_rep : character, at];
    }),
  );
  const scheme = step.prepend_scheme;
  const wanted = scheme === "always" || (scheme === "first" && isFirst);
  if (!wanted || marked.text.startsWith(step.replacement)) return marked;
  return realign(marked, insertBefore(marked, step.str_rep));
}

/** Finds the words of a text, which stand in it in order with only white space between. */
function cut(whole: AlignedText, words: readonly string[]): AlignedText[] {
  let done = 0;
  const pieces = words.map((word) => {
    const from = whole.text.indexOf(word, done);
    if (from < 0 || whole.text.slice(done, from).trim() !== "") {
      throw noAlignment("its pre-tokenizer leaves out more than white space");
    }
    done = from + word.length;
    return sliceAligned(whole, from, done);
  });
  return pieces.filter(({ text }) => text !== "");
}
