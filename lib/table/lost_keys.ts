/**
 * Finds keys that stand twice in an object of JSON, of which `JSON.parse` keeps the last without a word.
 *
 * A text that has been parsed holds one colon outside of texts for each key that it writes, so that
 * counting both tells at the price of one pass whether any is lost; only then is it looked which.
 *
 * @module
 */
import { eachRepeatedKey, type RepeatedKey } from "../core/repeated_keys.ts";

const [quote, backslash, colon] = [0x22, 0x5c, 0x3a];

/** The keys that stand twice, in their order. `value` is what the text was parsed to. */
export function lostKeys(text: string, value: unknown): RepeatedKey[] {
  return writtenKeys(text) === keptKeys(value) ? [] : [...eachRepeatedKey(text)];
}

function writtenKeys(text: string): number {
  let count = 0;
  let isInText = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) isInText = !isInText;
    else if (isInText && code === backslash) at++;
    else if (!isInText && code === colon) count++;
  }
  return count;
}

function keptKeys(value: unknown): number {
  let count = 0;
  // A list of what is left: nested values may be deeper than calls can be.
  const left = [value];
  while (left.length > 0) {
    const each = left.pop();
    if (typeof each !== "object" || each === null) continue;
    const inner = Object.values(each);
    if (!Array.isArray(each)) count += inner.length;
    for (const one of inner) if (typeof one === "object") left.push(one);
  }
  return count;
}
