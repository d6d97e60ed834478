/**
 * Texts made of a pattern and words.
 *
 * @module
 */
import { mistakes } from "../../core/errors.ts";

/**
 * All texts of a pattern: each `{name}` is filled with each of its words, the same name with the same word
 * everywhere. `{{` and `}}` are braces.
 *
 * @param pattern a text with names in braces
 * @param words what may stand for each name
 * @throws {TunebookError} of kind `input` for names without words, words without a name, and a brace alone.
 *
 * @example
 * ```ts
 * import { templateTexts } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const texts = templateTexts("I {verb} this {thing}.", { verb: ["like", "hate"], thing: ["film"] });
 * assert.deepEqual(texts, ["I like this film.", "I hate this film."]);
 * ```
 */
export function templateTexts(
  pattern: string,
  words: Readonly<Record<string, readonly string[]>>,
): string[] {
  const parts = pattern.split(/(\{\{|\}\}|\{[^{}]*\})/);
  const isSlot = (part: string) => part.startsWith("{") && part !== "{{";
  const names = new Set(parts.filter(isSlot).map((part) => part.slice(1, -1)));
  const wrong = [
    ...[...names].filter((name) => !words[name]?.length)
      .map((name) => `{${name}} has no words`),
    ...Object.keys(words).filter((name) => !names.has(name))
      .map((name) => `there are words for ${name}, which the pattern has not`),
    ...parts.some((part) => !isSlot(part) && part !== "{{" && part !== "}}" && /[{}]/.test(part))
      ? ["a brace stands alone; write {{ or }}"]
      : [],
  ];
  if (wrong.length > 0) {
    throw mistakes("input", `the template "${pattern}" cannot be filled:`, wrong);
  }
  let filled: ReadonlyMap<string, string>[] = [new Map()];
  for (const name of names) {
    filled = filled.flatMap((before) => words[name].map((word) => new Map(before).set(name, word)));
  }
  const textOf = (chosen: ReadonlyMap<string, string>) =>
    parts.map((part) => {
      if (part === "{{" || part === "}}") return part[0];
      return isSlot(part) ? chosen.get(part.slice(1, -1))! : part;
    }).join("");
  return filled.map(textOf);
}
