/**
 * Modules of a person's own, named by their path.
 *
 * @module
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { messageOf, TunebookError } from "./errors.ts";

/**
 * What a module exports, by name.
 *
 * @param path of a file, seen from the working directory
 * @param what errors call it before its path, such as `the rewards`
 * @throws TunebookError of kind "input" where it cannot be imported
 *
 * @example
 * ```ts
 * import { importModule } from "./import_module.ts";
 * import assert from "node:assert/strict";
 *
 * const path = `${await Deno.makeTempDir()}/own.ts`;
 * await Deno.writeTextFile(path, "export const three: number = 3;");
 * assert.equal((await importModule(path, "the number")).three, 3);
 * await assert.rejects(importModule("none.ts", "the number"), /the number none\.ts cannot be imported/);
 * ```
 */
export async function importModule(
  path: string,
  what: string,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await import(pathToFileURL(resolve(path)).href);
  } catch (error) {
    throw new TunebookError("input", `${what} ${path} cannot be imported: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
