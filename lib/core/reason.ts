/**
 * Why a library failed, in words that a person can use.
 *
 * @module
 */
import { messageOf } from "./errors.ts";

/** What JavaScript itself says when a program meets what it did not expect. */
const internals = new RegExp(
  [
    "Cannot (?:read|set) propert",
    "is not a function",
    "is not iterable",
    "is not defined",
    "is not a constructor",
    "Cannot (?:convert|mix|destructure)",
    "Maximum call stack",
    "Invalid (?:array|typed array|string|array buffer) length",
    "Array buffer allocation failed",
    "Offset is outside the bounds",
    "offset is out of bounds",
    "out of bounds",
    "Start offset",
    "byte length of",
    "Invalid count value",
    "reading '",
    "undefined|\\bnull\\b|NaN",
  ].join("|"),
);

/**
 * The message of an error of a library, or, where it is one of JavaScript's own about the program's
 * inside, that the contents contradict themselves. The error itself belongs into `cause`.
 *
 * @example
 * ```ts
 * import { reasonOf } from "./reason.ts";
 * import assert from "node:assert/strict";
 *
 * const inside = new TypeError("Cannot read properties of undefined (reading 'map')");
 * assert.equal(reasonOf(inside), "its contents contradict themselves");
 * assert.equal(reasonOf(new Error("its end is missing")), "its end is missing");
 * ```
 */
export function reasonOf(error: unknown): string {
  const message = messageOf(error);
  const isOwn = error instanceof TypeError || error instanceof RangeError ||
    error instanceof ReferenceError;
  return isOwn || internals.test(message) ? "its contents contradict themselves" : message;
}
