/**
 * A tokenizer's regular expressions, which are Oniguruma's, → JavaScript's.
 *
 * @module
 */
import { toRegExp } from "oniguruma-to-es";
import { messageOf, TunebookError } from "../core/errors.ts";
import { shownValue } from "../core/shown_value.ts";

/** `{ "String": … }` or `{ "Regex": … }` of tokenizer.json. */
export type PatternJson = Readonly<Record<string, unknown>>;

/**
 * The pattern of a step of tokenizer.json, with the flag `g`. Throws a `TunebookError` of kind
 * "unsupported" that names the step for a pattern that JavaScript cannot follow exactly.
 */
export function compilePattern(pattern: unknown, step: string): RegExp {
  const { String: plain, Regex: source } = (pattern ?? {}) as PatternJson;
  if (typeof plain === "string") return new RegExp(RegExp.escape(plain), "gu");
  if (typeof source !== "string") {
    throw new TunebookError(
      "weights",
      `${step} has the pattern ${shownValue(pattern)}; it must have "String" or "Regex"`,
    );
  }
  try {
    return toRegExp(withWords(withoutCase(source)), { global: true, target: "ES2025" });
  } catch (error) {
    throw new TunebookError(
      "unsupported",
      `${step} has the regular expression ${shownValue(source)}, which JavaScript cannot ` +
        `follow exactly: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

const wordClass = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}";
/** Oniguruma counts some of Latin 1's signs as word characters, though not within brackets. */
const word = `[${wordClass}\\u00B2\\u00B3\\u00B9\\u00BC-\\u00BE]`;
const words: Readonly<Record<string, string>> = {
  w: word,
  W: `[^${word.slice(1)}`,
  b: `(?:(?<!${word})(?=${word})|(?<=${word})(?!${word}))`,
  B: `(?:(?<!${word})(?!${word})|(?<=${word})(?=${word}))`,
};

/** Writes out what Oniguruma calls a word, of which the translation has another notion. */
function withWords(source: string): string {
  let depth = 0;
  return source.replaceAll(/\\[^]|\[:\^?word:\]|[[\]]/gu, (found) => {
    if (found === "[") depth++;
    if (found === "]" && depth > 0) depth--;
    const inBrackets = depth > 0;
    if (found.includes("word") || (inBrackets && found === "\\W")) {
      throw new Error(`${found} in brackets`);
    }
    if (inBrackets) return found === "\\w" ? wordClass : found;
    return found.startsWith("\\") ? words[found[1]] ?? found : found;
  });
}

/** Letters beside the capital and the small one that are the same but for their case. */
const variants: Readonly<Record<string, string>> = { s: "\u017f", k: "\u212a" };

/**
 * Writes out `(?i:…)` of letters and signs. V8's own groups without case let `\p{L}` match U+0345
 * everywhere in the pattern.
 */
function withoutCase(source: string): string {
  const written = source.replaceAll(/\(\?i:([^()\\]*)\)/gu, (_, inside: string) => {
    let inBrackets = false;
    const letters = inside.replaceAll(/[[\]a-z]/giu, (found) => {
      if (found === "[" || found === "]") {
        inBrackets = found === "[";
        return found;
      }
      const small = found.toLowerCase();
      const all = small + found.toUpperCase() + (variants[small] ?? "");
      return inBrackets ? all : `[${all}]`;
    });
    if (/\[[^\]]*-/u.test(letters)) throw new Error("a range of letters without case");
    return `(?:${letters})`;
  });
  if (/\(\?[a-z]*i/u.test(written)) throw new Error("letters without case beside other signs");
  return written;
}
