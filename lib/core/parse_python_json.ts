/**
 * JSON as Python writes it, with numbers that JSON itself has not.
 *
 * @module
 */
import { parseJson } from "./parse_json.ts";

/** A text in quotes, or what stands between texts and is one of Python's infinite numbers. */
const textOrInfinity = /"(?:[^"\\]|\\.)*"|Infinity/g;

/**
 * The value of a JSON text in which numbers may be `Infinity` or `-Infinity`, as Python's `json` writes
 * them. Throws as `parseJson` does.
 *
 * @example
 * ```ts
 * import { parsePythonJson } from "./parse_python_json.ts";
 * import assert from "node:assert/strict";
 *
 * const value = parsePythonJson('{"least": -Infinity, "name": "Infinity"}');
 * assert.deepEqual(value, { least: -Infinity, name: "Infinity" });
 * ```
 */
export function parsePythonJson(text: string): unknown {
  // A number that is too large reads as infinite.
  return parseJson(
    text.replaceAll(textOrInfinity, (found) => found === "Infinity" ? "1e999" : found),
  );
}
