/**
 * JSON of files.
 *
 * @module
 */

import { messageOf } from "./errors.ts";
import { visible } from "./visible.ts";

/** Lists and objects in each other; no file of a model comes near. */
const deepest = 200;

/** JavaScript's own parser shows a part of the text as it is, control characters and ends of lines included. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SyntaxError(visible(messageOf(error)));
  }
}

/**
 * The value of a JSON text. Throws an `Error` for what is no JSON, and for values that are nested so deep
 * that a message that shows them would overflow the stack.
 *
 * @example
 * ```ts
 * import { parseJson } from "./parse_json.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(parseJson('{"a": [1]}'), { a: [1] });
 * assert.throws(() => parseJson("[".repeat(1000) + "]".repeat(1000)), /nested/);
 * ```
 */
export function parseJson(text: string): unknown {
  const value: unknown = parsed(text);
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > deepest) throw new Error(`its values are nested more than ${deepest} levels deep`);
    const next: unknown[] = [];
    for (const each of level) {
      if (typeof each !== "object" || each === null) continue;
      for (const inner of Array.isArray(each) ? each : Object.values(each)) {
        if (typeof inner === "object" && inner !== null) next.push(inner);
      }
    }
    level = next;
  }
  return value;
}
