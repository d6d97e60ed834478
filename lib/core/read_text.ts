/**
 * Reads text files that a person named.
 *
 * @module
 */

/**
 * The text of a file. What is no file is an error at once: a pipe that nobody writes to would be waited
 * for without end.
 *
 * @example
 * ```ts
 * import { readText } from "./read_text.ts";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(readText("."), /it is not a file/);
 * ```
 */
export async function readText(path: string): Promise<string> {
  if (!(await Deno.stat(path)).isFile) throw new Error("it is not a file");
  return await Deno.readTextFile(path);
}
