/**
 * Messages that leave the machine say nothing of its folders.
 *
 * @module
 */

/** Two names behind each other with slashes before them, of POSIX and of Windows, with or without `file:`. */
const paths = /(?:file:\/{0,2})?(?:(?:\/[\w.@~+%-]+){2,}\/?|\b[a-z]:[\\/][\w.@~+%\\/ -]+)/gi;

/**
 * The message without paths of files.
 *
 * @example
 * ```ts
 * import { withoutPaths } from "./without_paths.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(withoutPaths("file:/home/ann/out/reviews is gone"), "… is gone");
 * assert.equal(withoutPaths("input 2 and/or 3 has no image"), "input 2 and/or 3 has no image");
 * ```
 */
export function withoutPaths(message: string): string {
  return message.replaceAll(paths, "…");
}
