/**
 * Texts in Markdown.
 *
 * @module
 */
import { shownName } from "./quoted.ts";

/** A name as it is, whatever Markdown would make of its signs. */
export function markdownOf(name: string): string {
  return shownName(name).replace(/[\\`*_[\]<>~|]/g, (sign) => `\\${sign}`);
}
