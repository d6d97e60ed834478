/**
 * Offsets in characters as Python counts them → offsets as JavaScript counts them.
 *
 * @module
 */

/**
 * The offset in UTF-16 code units of the code point number `at`, as `text.slice` takes it; undefined
 * where the text has no such offset.
 *
 * @example
 * ```ts
 * import { utf16Offset } from "./code_points.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(utf16Offset("a😀b", 2), 3);
 * assert.equal(utf16Offset("ab", 3), undefined);
 * ```
 */
export function utf16Offset(text: string, at: number): number | undefined {
  if (!Number.isSafeInteger(at) || at < 0) return undefined;
  let offset = 0;
  for (let passed = 0; passed < at; passed++) {
    if (offset >= text.length) return undefined;
    offset += text.codePointAt(offset)! > 0xffff ? 2 : 1;
  }
  return offset;
}
