/**
 * Permissions that a program was not given.
 *
 * @module
 */
import { messageOf, TunebookError } from "./errors.ts";

/**
 * The error for a permission of Deno that is missing, or `undefined` where `error` is another. What hides
 * it says of a file that it is not there, which sends a person the wrong way.
 *
 * @example
 * ```ts
 * import { missingPermission } from "./permissions.ts";
 * import assert from "node:assert/strict";
 *
 * const denied = new Deno.errors.NotCapable("Requires read access to \"a\", run again with --allow-read");
 * assert.match(missingPermission(denied)!.message, /--allow-read/);
 * assert.equal(missingPermission(new Deno.errors.NotFound("a")), undefined);
 * ```
 */
export function missingPermission(error: unknown): TunebookError | undefined {
  if (!(error instanceof Deno.errors.NotCapable)) return undefined;
  return new TunebookError("input", `a permission of Deno is missing: ${messageOf(error)}`, {
    cause: error,
  });
}
