/**
 * Messages that leave the machine say nothing of its folders.
 *
 * @module
 */

/** Two names behind each other with slashes before them, of POSIX and of Windows, with or without `file:`. */
const paths =
  /(?:file:\/{0,2})?(?:(?:\/[\p{L}\p{N}_.@~+%-]+){2,}\/?|\b[a-z]:[\\/][\p{L}\p{N}_.@~+%\\/ -]+)/giu;

/**
 * The message without paths of files.
 *
 * @example
 * ```ts
 * import { withoutPaths } from "./without_paths.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(withoutPaths("file:/home/ann/out/reviews is gone"), "… is gone");
 * assert.equal(withoutPaths("/home/анна/отзывы/model is gone"), "… is gone");
 * assert.equal(withoutPaths("input 2 and/or 3 has no image"), "input 2 and/or 3 has no image");
 * ```
 */
export function withoutPaths(message: string): string {
  return message.replaceAll(paths, "…");
}
