/**
 * A working copy of the tutorials, in which a person may run and change them: git keeps the originals
 * as they are, and a new version of a tutorial replaces a copy that nobody has edited.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { writeFileAtomic } from "../core/atomic.ts";
import { messageOf, TunebookError } from "../core/errors.ts";

/** The folder of the copies, beside `notebooks`; git ignores it. */
export const workingFolder = "my_notebooks";
/** Remembers the cells of each tutorial as it was copied. */
const record = ".tutorials.json";

/** What became of the copies. */
export interface CopiedNotebooks {
  /** Paths below the folder that were written. */
  readonly written: readonly string[];
  /** Paths whose cells a person has edited, of which there is a newer tutorial. */
  readonly kept: readonly string[];
}

/**
 * Copies the notebooks of a folder and of its folders. A copy that is there stays, unless the tutorial
 * has changed since and the copy has not: runs leave outputs, which are no change.
 *
 * Throws an error of kind "output" where nothing can be written.
 */
export async function copyNotebooks(source: string, target: string): Promise<CopiedNotebooks> {
  const known = await recordOf(join(target, record));
  const written: string[] = [];
  const kept: string[] = [];
  const now: Record<string, string> = {};
  for (const path of await notebooksIn(source)) {
    const text = await Deno.readTextFile(join(source, path));
    const cells = cellsHash(text)!;
    const copy = await textOf(join(target, path));
    const isNew = copy === undefined;
    const isUpdated = known[path] !== cells;
    const isOurs = !isNew && cellsHash(copy) === known[path];
    if (isNew || (isUpdated && isOurs)) {
      await write(join(target, path), text);
      written.push(path);
    } else if (isUpdated && cellsHash(copy) !== cells) {
      kept.push(path);
      // It stays known as what it was made of, so that the next start says it again.
      if (known[path] !== undefined) now[path] = known[path];
      continue;
    }
    now[path] = cells;
  }
  await write(join(target, record), JSON.stringify(now, null, 2));
  return { written, kept };
}

async function notebooksIn(folder: string, below = ""): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(join(folder, below))) {
    if (name.startsWith(".")) continue;
    if (isDirectory) found.push(...await notebooksIn(folder, join(below, name)));
    else if (name.endsWith(".ipynb")) found.push(join(below, name));
  }
  return found.sort();
}

/** A hash of the kinds and texts of all cells, without outputs; nothing for what is no notebook. */
function cellsHash(text: string): string | undefined {
  try {
    const { cells } = JSON.parse(text) as {
      cells: { cell_type: string; source: string | string[] }[];
    };
    const sources = cells.map(({ cell_type, source }) => [cell_type, [source].flat().join("")]);
    return createHash("sha256").update(JSON.stringify(sources)).digest("hex");
  } catch {
    return undefined;
  }
}

async function recordOf(path: string): Promise<Readonly<Record<string, string>>> {
  const text = await textOf(path);
  try {
    return JSON.parse(text ?? "{}");
  } catch {
    return {}; // Copies that nobody knows of count as edited.
  }
}

async function write(path: string, text: string): Promise<void> {
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    await writeFileAtomic(path, text);
  } catch (error) {
    throw new TunebookError(
      "output",
      `the tutorials cannot be copied to ${path}: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new TunebookError("output", `${path} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
