/**
 * Keys that a JSON object has twice, of which every parser silently drops all but one.
 *
 * @module
 */

/** A key that stands twice in an object. */
export interface RepeatedKey {
  readonly key: string;
  /** The item of the outermost list that it stands in, from 0; absent outside of one. */
  readonly item?: number;
}

/** Texts, brackets and commas of JSON; numbers and words between them are in no way. */
const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|[{}[\],]/g;

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
  return [...new Set(eachRepeatedKey(text).map(({ key }) => key))];
}

/** The same one by one, with where they stand; a key that stands three times comes twice. */
export function* eachRepeatedKey(text: string): Generator<RepeatedKey> {
  const open: { readonly isList: boolean; readonly keys: Set<string>; item: number }[] = [];
  for (const [token, colon] of text.matchAll(tokens)) {
    const innermost = open.at(-1);
    if (token === "{" || token === "[") {
      open.push({ isList: token === "[", keys: new Set(), item: 0 });
    } else if (token === "}" || token === "]") open.pop();
    else if (token === ",") innermost!.item++;
    else if (colon !== undefined) {
      const { keys } = innermost!;
      const key: string = JSON.parse(token.slice(0, -colon.length));
      const [outermost] = open;
      if (keys.has(key)) yield outermost.isList ? { key, item: outermost.item } : { key };
      keys.add(key);
    }
  }
}
