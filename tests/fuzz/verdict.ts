/**
 * What an input did, and whether that is a failure.
 *
 * @module
 */
import { TunebookError } from "../../lib/core/errors.ts";

/** What JavaScript says of a program's inside; no person can act on it. */
const internals = new RegExp(
  [
    "Cannot (?:read|set|convert|destructure)",
    "reading '",
    "is not a function",
    "is not iterable",
    "is not defined",
    "is not a constructor",
    "Maximum call stack",
    "Invalid (?:array|typed array|string) length",
    "Offset is outside",
    "out of bounds",
    "\\[object ",
    "\\bundefined\\b",
    "\\bat .+:\\d+:\\d+",
  ].join("|"),
);
/** Everything but line feeds, which part the mistakes of a list, and what turns text around. */
// deno-lint-ignore no-control-regex
const controls = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
const mostCharacters = 20_000;

/** Why an error is a failure; nothing where it is a clear one. */
export function faultOf(error: unknown): string | undefined {
  if (!(error instanceof TunebookError)) {
    return `no error of ours: ${error instanceof Error ? error.stack : String(error)}`;
  }
  const { message } = error;
  if (controls.test(message)) return `control characters: ${JSON.stringify(message)}`;
  if (internals.test(message)) return `the inside shows: ${message}`;
  if (message.length > mostCharacters) return `a message of ${message.length} characters`;
}
