/**
 * The files of a folder and of all folders in it.
 *
 * @module
 */
import { join } from "node:path";

/** The files below `path` (itself, where it is a file), by their paths from `root`, sorted. */
export async function* filesBelow(root: string, path: string): AsyncGenerator<string> {
  if ((await Deno.stat(join(root, path))).isFile) {
    yield path;
    return;
  }
  const entries = await Array.fromAsync(Deno.readDir(join(root, path)));
  for (const name of entries.map(({ name }) => name).sort()) {
    yield* filesBelow(root, `${path}/${name}`);
  }
}
