/**
 * Keys that a JSON object has twice, of which every parser silently drops all but one.
 *
 * @module
 */

/** Texts, brackets and commas of JSON; numbers and words between them are in no way. */
const token = /"(?:[^"\\]|\\.)*"|[{}[\]]/g;
const isKey = /\s*:/y;

/**
 * The keys that an object of a JSON text has more than once, in the order in which they come again.
 *
 * @param text valid JSON
 *
 * @example
 * ```ts
 * import { repeatedKeys } from "./repeated_keys.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(repeatedKeys('{"a": {"a": 1}, "b": ["a", "a"], "\\u0061": 2}'), ["a"]);
 * assert.deepEqual(repeatedKeys('[{"a": 1}, {"a": 2}]'), []);
 * ```
 */
export function repeatedKeys(text: string): string[] {
  const repeated = new Set<string>();
  const open: Set<string>[] = [];
  for (const { 0: found, index } of text.matchAll(token)) {
    if (found === "{" || found === "[") open.push(new Set());
    else if (found === "}" || found === "]") open.pop();
    else {
      isKey.lastIndex = index + found.length;
      if (!isKey.test(text)) continue;
      const key: string = JSON.parse(found);
      const keys = open.at(-1)!;
      if (keys.has(key)) repeated.add(key);
      keys.add(key);
    }
  }
  return [...repeated];
}
