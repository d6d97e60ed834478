/**
 * The cache of Deno, where packages lie when a project has no `node_modules`.
 *
 * @module
 */
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";

/** `…/npm/registry.npmjs.org/@tunebook/tunebook/0.1.0/lib/core`: a folder in the cache of Deno. */
const coreInCache =
  /^(.+?[\\/]npm[\\/].+?)[\\/](?:@[^\\/]+[\\/])?[^\\/]+[\\/]\d+\.\d+\.\d+[^\\/]*[\\/]lib[\\/]core$/;

/**
 * The folder of the registry that tunebook came from, given the folder of this file; `undefined` where
 * tunebook is not run from the cache.
 */
export function registryInCache(own: string): string | undefined {
  return coreInCache.exec(own)?.[1];
}

/**
 * The folders of a package in the cache of Deno, given one of tunebook in it. A project without
 * `node_modules` has its packages there, and what a package does not export cannot be resolved.
 */
export function* foldersInCache(
  own: string,
  name: string,
  version?: string,
): Iterable<string> {
  const registry = registryInCache(own);
  if (registry === undefined) return;
  // A scope may have a registry of its own.
  const cache = dirname(registry);
  const registries = new Set([registry, ...namesIn(cache).map((each) => join(cache, each))]);
  for (const home of [...registries].map((each) => join(each, name))) {
    const versions = version === undefined ? namesIn(home).sort(byNumber).reverse() : [version];
    for (const each of versions) yield join(home, each);
  }
}

const byNumber = new Intl.Collator("en", { numeric: true }).compare;

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
