/**
 * Reads a file that lies beside the modules of tunebook, in a clone, in an installed package and on the web.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";

/** The text of a file below `lib/deploy/browser`. Throws an error of kind "download" where it cannot be had. */
export async function readOwnFile(path: string): Promise<string> {
  const url = new URL(path, import.meta.url);
  if (url.protocol === "file:") return await Deno.readTextFile(url);
  const response = await fetch(url);
  if (response.ok) return await response.text();
  throw new TunebookError("download", `${url} answers ${response.status}; try again later`);
}
