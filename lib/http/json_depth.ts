/**
 * How deep JSON is nested, told before it is parsed.
 *
 * @module
 */
import { RequestError } from "./request_error.ts";

/** Lists and objects in each other; no request comes near. */
const deepest = 64;

/** Throws an error of status 400 for a text whose brackets, those in strings apart, are nested deeper. */
export function checkJsonDepth(text: string): void {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfString(text, at);
    else if (code === openList || code === openObject) {
      if (++depth > deepest) {
        throw new RequestError(400, `the body is nested more than ${deepest} levels deep`, {
          code: "invalid_json",
        });
      }
    } else if (code === closeList || code === closeObject) depth--;
  }
}

const [quote, openList, closeList, openObject, closeObject] = Array.from(
  '"[]{}',
  (character) => character.charCodeAt(0),
);

/** Where the string that begins at `start` ends; the end of the text where nothing closes it. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1;;) {
    const end = text.indexOf('"', at);
    if (end < 0) return text.length;
    let escapes = 0;
    while (text[end - 1 - escapes] === "\\") escapes++;
    if (escapes % 2 === 0) return end;
    at = end + 1;
  }
}
