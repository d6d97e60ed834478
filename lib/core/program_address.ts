/**
 * By which address another process runs a program of tunebook.
 *
 * @module
 */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { registryInCache } from "./deno_cache.ts";
import { version } from "./version.ts";

/**
 * The address of the program `name` in the module `url`, for `deno run`. In the cache of Deno it is that
 * of the package: a file there does not find its packages by itself.
 */
export function programAddress(
  name: string,
  url: string,
  own: string = import.meta.url,
): string {
  const isCached = own.startsWith("file:") &&
    registryInCache(dirname(fileURLToPath(own))) !== undefined;
  return isCached ? `npm:@tunebook/tunebook@${version}/${name}` : url;
}
