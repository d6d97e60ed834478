/**
 * The server's own files in a folder: its modules, what they import, and the lock of that.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeFileAtomic } from "../../core/atomic.ts";
import { ownPackage } from "./own_package.ts";
import { pruneLock } from "./prune_lock.ts";
import { serverImports, specifiersOf } from "./server_packages.ts";

/** Folders of modules that the server is made of. */
const moduleFolders = ["lib", "datasets"];

/** Types of a package that has none of its own: a module names them in a comment. */
const commented = "npm:@types/cli-progress@";

/** `.ts` in a clone, `.js` in an installed package. */
export const moduleEnding: string = /\.[jt]s$/.exec(fileURLToPath(import.meta.url))![0];

/** Where the server starts, within the folder. */
export const entryPoint: string = `lib/cli/serve${moduleEnding}`;

/** The program that removes what other systems need, within the folder. */
export const removalProgram: string = `lib/deploy/server/remove_other_systems${moduleEnding}`;

/** Copies the modules, and writes `deno.json` and `deno.lock`. */
export async function writeServer(folder: string): Promise<void> {
  const { folder: own, imports: all, lock } = await ownPackage();
  for (const name of moduleFolders) await copyModules(join(own, name), join(folder, name));
  const imports = serverImports(all);
  const json = (content: unknown) => JSON.stringify(content, null, 2) + "\n";
  const config = { nodeModulesDir: "auto", unstable: ["no-legacy-abort"], imports };
  await writeFileAtomic(join(folder, "deno.json"), json(config));
  const types = Object.keys(lock.specifiers).filter((each) => each.startsWith(commented));
  const pruned = pruneLock(lock, specifiersOf(imports), types);
  await writeFileAtomic(join(folder, "deno.lock"), json(pruned));
}

/** All files but declarations. */
async function copyModules(source: string, target: string): Promise<void> {
  await Deno.mkdir(target, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(source)) {
    const [from, to] = [join(source, name), join(target, name)];
    if (isDirectory) await copyModules(from, to);
    else if (!name.endsWith(".d.ts")) await Deno.copyFile(from, to);
  }
}
