/**
 * A text → the ids of its tokens, without special tokens.
 *
 * @module
 */
import { byteCharacters } from "./byte_characters.ts";
import { normalizeAll } from "./normalizer.ts";
import type { MetaspaceStep, PreTokenizerStep } from "./pre_tokenizer.ts";
import { splitSpans } from "./split_spans.ts";
import type { TokenizerParts } from "./tokenizer_parts.ts";

/** A part of a text, and whether it is at its beginning. */
interface Words {
  readonly text: string;
  readonly isFirst: boolean;
}

/** Words of up to so many code units are remembered with their ids: texts have the same ones again and again. */
const longestKnown = 32;
/** Beyond so many words the memory starts anew. */
const mostKnown = 20_000;

/** The ids of a word, which are looked for once. */
function wordIds({ model, modelIds }: TokenizerParts): (word: string) => readonly number[] {
  const known = new Map<string, readonly number[]>();
  return (word) => {
    const before = known.get(word);
    if (before) return before;
    const ids = model(word).map(({ text }) => modelIds.get(text)!);
    if (word.length <= longestKnown) {
      if (known.size >= mostKnown) known.clear();
      known.set(word, ids);
    }
    return ids;
  };
}

/** The function that gives the ids of a text. */
export function textIds(parts: TokenizerParts): (text: string) => number[] {
  const { splitRaw, splitNormalized, normalizer, preTokenizer } = parts;
  const idsOf = wordIds(parts);
  return (text) => {
    const ids: number[] = [];
    for (const { from, to, added } of splitRaw(text)) {
      if (added) {
        ids.push(added.id);
        continue;
      }
      const normalized = normalizeAll(normalizer, text.slice(from, to));
      for (const section of splitNormalized(normalized)) {
        if (section.added) {
          ids.push(section.added.id);
          continue;
        }
        const plain = normalized.slice(section.from, section.to);
        const isFirst = from === 0 && section.from === 0;
        for (const { text: word } of preTokenize(preTokenizer, { text: plain, isFirst })) {
          for (const id of idsOf(word)) ids.push(id);
        }
      }
    }
    return ids;
  };
}

/** The words that a pre-tokenizer makes of a text. */
export function preTokenizeText(steps: readonly PreTokenizerStep[], text: string): string[] {
  return preTokenize(steps, { text, isFirst: true }).map((words) => words.text);
}

function preTokenize(steps: readonly PreTokenizerStep[], text: Words): Words[] {
  return steps.reduce<Words[]>((now, step) => now.flatMap((each) => apply(step, each)), [text]);
}

function apply(step: PreTokenizerStep, words: Words): Words[] {
  switch (step.kind) {
    case "split":
      return cut(words, splitSpans(words.text, step.pattern, step.behavior, step.invert));
    case "bytes": {
      const { pattern, addPrefixSpace } = step;
      const spaced = addPrefixSpace && /^[^ ]/.test(words.text) ? ` ${words.text}` : words.text;
      const whole = { ...words, text: spaced };
      const cutWords = pattern ? cut(whole, splitSpans(spaced, pattern, "Isolated")) : [whole];
      return cutWords.map(({ text, isFirst }) => ({ text: byteCharacters(text), isFirst }));
    }
    case "metaspace": {
      const whole = { ...words, text: marked(step, words) };
      const { pattern } = step;
      return pattern ? cut(whole, splitSpans(whole.text, pattern, "MergedWithNext")) : [whole];
    }
  }
}

function marked({ mark, prepend }: MetaspaceStep, { text, isFirst }: Words): string {
  const written = text.replaceAll(" ", mark);
  const wanted = prepend === "always" || (prepend === "first" && isFirst);
  return wanted && written !== "" && !written.startsWith(mark) ? mark + written : written;
}

function cut({ text, isFirst }: Words, spans: readonly (readonly [number, number])[]): Words[] {
  return spans.map(([from, to]) => ({
    text: text.slice(from, to),
    isFirst: isFirst && from === 0,
  }));
}
