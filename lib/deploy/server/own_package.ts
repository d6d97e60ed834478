/**
 * What tunebook says of itself where it lies: the packages that it imports, and the lock file.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { TunebookError } from "../../core/errors.ts";
import { exists } from "../../core/exists.ts";
import type { DenoLock } from "./prune_lock.ts";

/** A clone or an installed package. */
export interface OwnPackage {
  /** Where it lies. */
  readonly folder: string;
  /** What modules import → `npm:name@version`, perhaps with a path behind it. */
  readonly imports: Readonly<Record<string, string>>;
  readonly lock: DenoLock;
}

/** Throws an error of kind "unsupported" where tunebook is run from the web, which no folder can be copied from. */
export async function ownPackage(): Promise<OwnPackage> {
  const root = new URL("../../../", import.meta.url);
  if (root.protocol !== "file:") {
    throw new TunebookError(
      "unsupported",
      "the server's modules are copied from the folder of tunebook, which is run from the web here; " +
        "install it from npm or take a clone",
    );
  }
  const folder = fileURLToPath(root);
  const read = async (name: string) => JSON.parse(await Deno.readTextFile(join(folder, name)));
  const lock: DenoLock = await read("deno.lock");
  if (await exists(join(folder, "deno.json"))) {
    return { folder, imports: (await read("deno.json")).imports, lock };
  }
  const { dependencies } = await read("package.json") as { dependencies: Record<string, string> };
  const imports = Object.fromEntries(
    Object.entries(dependencies).map(([name, version]) => [name, `npm:${name}@${version}`]),
  );
  return { folder, imports, lock };
}
