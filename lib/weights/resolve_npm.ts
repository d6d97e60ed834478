/**
 * Finds a package that the project has installed.
 *
 * @module
 */
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { TunebookError } from "../core/errors.ts";

/** What to look for. */
export interface NpmPackage {
  /** `name` or `@scope/name`. */
  readonly name: string;
  /** The exact version; undefined takes what is installed. */
  readonly version?: string;
}

/**
 * The folder of an installed package: looked for in the `node_modules` folders from `from` upwards and
 * then from tunebook's own place upwards. Throws an error with the command that installs it.
 */
export async function resolveNpm(
  { name, version }: NpmPackage,
  from: string = Deno.cwd(),
): Promise<string> {
  const others: string[] = [];
  for (const folder of candidates(name, version, from)) {
    const found = await installedVersion(folder);
    if (found === undefined) continue;
    if (version === undefined || found === version) {
      return await Deno.realPath(folder);
    }
    others.push(found);
  }
  const wanted = version === undefined ? `npm:${name}` : `npm:${name}@${version}`;
  const state = others.length > 0
    ? `version ${[...new Set(others)].join(", ")} of ${name} is installed, not ${version}`
    : `${name} is not installed`;
  throw new TunebookError(
    "input",
    `${state}. Add it with: deno add ${wanted} && deno install\n` +
      `(deno.json needs "nodeModulesDir": "auto", so that the package's files are in node_modules)`,
  );
}

function* candidates(name: string, version: string | undefined, from: string): Iterable<string> {
  for (const start of [resolve(from), ...ownFolder()]) {
    for (let folder = start;; folder = dirname(folder)) {
      const modules = join(folder, "node_modules");
      yield join(modules, name);
      // Deno keeps every installed version here; only one of them is linked above.
      if (version) {
        const kept = `${name.replace("/", "+")}@${version}`;
        yield join(modules, ".deno", kept, "node_modules", name);
      }
      if (folder === dirname(folder)) break;
    }
  }
}

function ownFolder(): string[] {
  return import.meta.url.startsWith("file:") ? [dirname(fileURLToPath(import.meta.url))] : [];
}

async function installedVersion(folder: string): Promise<string | undefined> {
  try {
    const { version } = JSON.parse(await Deno.readTextFile(join(folder, "package.json")));
    return typeof version === "string" ? version : undefined;
  } catch {
    return undefined;
  }
}
