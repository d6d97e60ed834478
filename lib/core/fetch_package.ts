/**
 * Packages that are loaded when somebody asks for what is in them.
 *
 * @module
 */
import { TunebookError } from "./errors.ts";
import { packageFolder } from "./package_folder.ts";

/**
 * The folder of the npm package `name`, as `packageFolder` finds it. In a clone of tunebook a package of its `deno.json`
 * that nobody has needed so far is loaded first, in the version that stands there.
 *
 * Throws what `packageFolder` throws; its cause is why the package could not be loaded.
 */
export async function fetchPackage(name: string, version?: string): Promise<string> {
  try {
    return packageFolder(name, version);
  } catch (error) {
    if (!(error instanceof TunebookError && error.kind === "download")) throw error;
    // Names of the import map alone lead to a package. To import a file of it has Deno load all of it, whether
    // the package exports that file or not.
    const cause = await import(`${name}/package.json`, { with: { type: "json" } })
      .then(() => undefined, (reason: unknown) => reason);
    try {
      return packageFolder(name, version);
    } catch (still) {
      if (still instanceof TunebookError) still.cause ??= cause;
      throw still;
    }
  }
}
