/**
 * Installs a server's packages beside its modules, as its image is built.
 *
 * @module
 */
import { join } from "node:path";
import { TunebookError } from "../../core/errors.ts";
import { exists } from "../../core/exists.ts";
import { runDeno } from "./run_deno.ts";
import { entryPoint } from "./server_files.ts";

/** The arguments of Deno, which takes the versions of `deno.lock` and no others. */
export const installArguments: readonly string[] = [
  "install",
  "--frozen",
  "--entrypoint",
  entryPoint,
];

/**
 * Installs them out of Deno's cache, or from the registry what is not there. Throws an error of kind "download"
 * where they cannot be had.
 */
export async function installPackages(target: string, folder: string): Promise<void> {
  const failure = await runDeno(installArguments, folder);
  if (failure === undefined) return;
  throw new TunebookError(
    "download",
    `${target}: the server's packages cannot be installed: ${failure}`,
  );
}

/** Removes them where a folder is handed on without them. */
export async function removePackages(folder: string): Promise<void> {
  const modules = join(folder, "node_modules");
  if (await exists(modules)) await Deno.remove(modules, { recursive: true });
}
