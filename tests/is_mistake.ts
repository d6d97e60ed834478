/**
 * What a test expects of an error.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type ErrorKind, TunebookError } from "../lib/core/errors.ts";

/** A check for `assert.throws`: a TunebookError of this kind whose message has all the parts. */
export function isMistake(
  kind: ErrorKind,
  ...parts: readonly (string | RegExp)[]
): (error: unknown) => true {
  return (error) => {
    if (!(error instanceof TunebookError)) throw error;
    assert.equal(error.kind, kind, error.message);
    for (const part of parts) {
      const found: boolean = typeof part === "string"
        ? error.message.includes(part)
        : part.test(error.message);
      assert.ok(found, `${part} is not in: ${error.message}`);
    }
    return true;
  };
}
