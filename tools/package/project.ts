/**
 * What `deno.json` says of the package.
 *
 * @module
 */
import { join } from "node:path";

/** The fields of `deno.json` that are read. */
export interface Project {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** `./datasets` → `./datasets/mod.ts` */
  readonly exports: Readonly<Record<string, string>>;
  /** `sharp` → `npm:sharp@0.35.5` */
  readonly imports: Readonly<Record<string, string>>;
}

/** A package of the registry, as a module of the package imports it. */
export interface RegistryModule {
  /** `@jsquash/jpeg` */
  readonly name: string;
  /** `1.6.0` */
  readonly version: string;
  /** What stands in the import: `@jsquash/jpeg/decode.js` */
  readonly specifier: string;
}

/** Reads `deno.json` in `folder`. */
export async function readProject(folder: string): Promise<Project> {
  return JSON.parse(await Deno.readTextFile(join(folder, "deno.json")));
}

/** The name and the version of an address such as `npm:@jsquash/jpeg@1.6.0/decode.js`. */
const address = /^npm:((?:@[^/@]+\/)?[^/@]+)@([^/]+)(\/.*)?$/;

/**
 * What an import means by the import map; `undefined` for one of Node's modules. Throws for what the
 * map does not have, or has without a version.
 */
export function registryModule(
  specifier: string,
  imports: Project["imports"],
): RegistryModule | undefined {
  if (specifier.startsWith("node:")) return undefined;
  const key = Object.keys(imports).find((each) =>
    specifier === each || specifier.startsWith(`${each}/`)
  );
  const found = key === undefined ? null : address.exec(imports[key]);
  if (key === undefined || !found) {
    throw new Error(`deno.json has no package with a version for "${specifier}"`);
  }
  const [, name, version, path = ""] = found;
  return { name, version, specifier: name + path + specifier.slice(key.length) };
}
