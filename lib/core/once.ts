/**
 * Work that is done once, however often it is asked for.
 *
 * @module
 */

/**
 * The same promise at every call; the work begins with the first.
 *
 * @example
 * ```ts
 * import { once } from "./once.ts";
 * import assert from "node:assert/strict";
 *
 * let done = 0;
 * const release = once(() => Promise.resolve(++done));
 * assert.deepEqual([await release(), await release()], [1, 1]);
 * ```
 */
export function once<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let begun: Promise<Result> | undefined;
  return () => begun ??= work();
}
