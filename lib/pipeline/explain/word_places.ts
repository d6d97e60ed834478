/**
 * Where a word stands whose tag is asked.
 *
 * @module
 */
import { mistakes, TunebookError } from "../../core/errors.ts";
import { quoted } from "../../core/quoted.ts";
import type { TextWords } from "./text_words.ts";

/**
 * The first token of the word in each text, where it first stands. Tags are of words, so that one must be named and
 * stand in every text.
 *
 * @param of what asks, for errors
 */
export function placesOfWord(
  of: string,
  word: string | undefined,
  texts: readonly string[],
  all: readonly TextWords[],
): number[] {
  if (word === undefined) {
    throw new TunebookError(
      "input",
      `${of}: name the word whose tag is explained, ${of}(texts, { word: "Paris" })`,
    );
  }
  const places = all.map(({ words, tokens: { wordOf } }, row) => {
    const at = words.findIndex(({ start, end }) => texts[row].slice(start, end) === word);
    return at < 0 ? -1 : wordOf.indexOf(at);
  });
  const without = texts.flatMap((text, row) =>
    places[row] >= 0 ? [] : [`input ${row + 1}: ${quoted(text)}`]
  );
  if (without.length > 0) {
    throw mistakes("input", `${of}: the word ${quoted(word)} does not stand in`, without);
  }
  return places;
}
