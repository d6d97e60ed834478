/**
 * Where methods start that put something before a text.
 *
 * @module
 */
import { type Mistake, optionMistake } from "../../core/errors.ts";

/** A start at a text without one, and a text that nothing starts at. */
export function startMistakes(
  { start, text }: { readonly start?: string; readonly text?: string },
): Mistake[] {
  if (start === "text" && text === undefined) {
    return [optionMistake("text", "is missing: a start at text needs a text")];
  }
  return text !== undefined && start !== undefined && start !== "text"
    ? [optionMistake("text", 'must be absent unless start is "text"')]
    : [];
}
