/**
 * Writes that are either whole or absent: a temporary neighbour first, then a rename.
 *
 * @module
 */
import { basename, dirname, join, resolve } from "node:path";
import { messageOf, TunebookError } from "./errors.ts";
import { exists } from "./exists.ts";

/** Writes a file whole, or leaves what was there before. Missing parent folders are made. */
export async function writeFileAtomic(
  path: string,
  content: string | Uint8Array | AsyncIterable<Uint8Array>,
): Promise<void> {
  const temporary = neighbour(path);
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    const file = await Deno.open(temporary, { write: true, createNew: true });
    try {
      for await (const chunk of chunksOf(content)) await writeAll(file, chunk);
      await file.syncData();
    } finally {
      file.close();
    }
    await Deno.rename(temporary, path);
  } catch (error) {
    await removeIfPresent(temporary);
    throw unwritable(path, error);
  }
}

/** Hidden neighbours that this process is using: they are no leftovers. */
const inUse = new Set<string>();

/**
 * Fills a new folder with `fill(temporary)` and then puts it in the place of `path`. When `fill`
 * throws, `path` stays as it was. What a process left that was killed in here is put right first:
 * a folder that it had moved away comes back, and its unfinished ones go. Two processes must not
 * write the same folder at the same time.
 */
export async function writeFolderAtomic<Result>(
  path: string,
  fill: (folder: string) => Promise<Result>,
): Promise<Result> {
  const temporary = neighbour(path);
  const old = neighbour(path, "old");
  const own = [temporary, old].map((each) => resolve(each));
  own.forEach((each) => inUse.add(each));
  try {
    try {
      await recoverFolder(path);
      await Deno.mkdir(temporary, { recursive: true });
    } catch (error) {
      throw unwritable(path, error);
    }
    const result = await fill(temporary);
    const replaced = await renameIfPresent(path, old);
    try {
      await Deno.rename(temporary, path);
    } catch (error) {
      if (replaced) await Deno.rename(old, path);
      throw unwritable(path, error);
    }
    await removeIfPresent(old);
    return result;
  } catch (error) {
    await removeIfPresent(temporary);
    // Nobody knows the place where the folder was being made.
    if (error instanceof Error) error.message = error.message.replaceAll(temporary, path);
    // A file that was copied: the system's error has a code, a bug has none.
    throw isOfSystem(error) ? unwritable(path, error) : error;
  } finally {
    own.forEach((each) => inUse.delete(each));
  }
}

/**
 * Makes a folder whose name says what is in it, unless it is there. Several processes may make the
 * same one at the same time: the first stays, and the others throw theirs away. What was left by a
 * process that was killed in here goes after a day.
 */
export async function makeFolderOnce(
  path: string,
  fill: (folder: string) => Promise<void>,
): Promise<void> {
  if (await exists(path)) return;
  const temporary = neighbour(path, "new");
  try {
    await removeOldLeftovers(path);
    await Deno.mkdir(temporary, { recursive: true });
    await fill(temporary);
    // Another process may have been faster: a folder that is not empty is never replaced.
    await Deno.rename(temporary, path).catch(async (error) => {
      if (!await exists(path)) throw error;
    });
  } catch (error) {
    if (error instanceof Error) error.message = error.message.replaceAll(temporary, path);
    throw isOfSystem(error) ? unwritable(path, error) : error;
  } finally {
    await removeIfPresent(temporary);
  }
}

/** Longer than any folder is in the making, in milliseconds. */
const leftoverAge = 24 * 60 * 60 * 1000;

async function removeOldLeftovers(path: string): Promise<void> {
  const parent = dirname(resolve(path));
  if (!await exists(parent)) return;
  const pattern = new RegExp(`^\\.${RegExp.escape(basename(path))}\\.[0-9a-f]{8}\\.new$`);
  for await (const { name } of Deno.readDir(parent)) {
    if (!pattern.test(name)) continue;
    const found = join(parent, name);
    const changed = (await Deno.stat(found).catch(() => undefined))?.mtime?.getTime();
    if (changed !== undefined && Date.now() - changed > leftoverAge) await removeIfPresent(found);
  }
}

/**
 * Writes a file with `fill(temporary)`, which has the same name in a hidden folder beside it, and then
 * puts it in the place of `path`. When `fill` throws, `path` stays as it was.
 */
export async function fillFileAtomic<Result>(
  path: string,
  fill: (file: string) => Promise<Result>,
): Promise<Result> {
  const folder = neighbour(path);
  const temporary = join(folder, basename(path));
  try {
    const result = await fill(temporary);
    await Deno.rename(temporary, path);
    return result;
  } catch (error) {
    if (error instanceof Error) error.message = error.message.replaceAll(temporary, path);
    throw isOfSystem(error) ? unwritable(path, error) : error;
  } finally {
    await removeIfPresent(folder);
  }
}

/** Brings back a folder that was moved away and never replaced; removes unfinished ones. */
async function recoverFolder(path: string): Promise<void> {
  const place = resolve(path);
  if (!await exists(dirname(place))) return;
  const pattern = new RegExp(`^\\.${RegExp.escape(basename(place))}\\.[0-9a-f]{8}\\.(tmp|old)$`);
  const left: { path: string; isOld: boolean }[] = [];
  for await (const { name, isDirectory } of Deno.readDir(dirname(place))) {
    const kind = isDirectory ? pattern.exec(name)?.[1] : undefined;
    const found = join(dirname(place), name);
    if (kind && !inUse.has(found)) left.push({ path: found, isOld: kind === "old" });
  }
  const moved = left.find(({ isOld }) => isOld);
  if (moved && !await exists(place)) await Deno.rename(moved.path, place);
  for (const { path } of left) await removeIfPresent(path);
}

/** Makes sure that a folder, or a file, could be written at `path`, and leaves nothing there. */
export async function checkWritable(
  path: string,
  kind: "folder" | "file" = "folder",
): Promise<void> {
  try {
    const stat = await Deno.stat(path).catch((error) => {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    });
    if (stat && stat.isDirectory !== (kind === "folder")) {
      throw new Error(`there is a ${kind === "folder" ? "file" : "folder"} of that name`);
    }
    let parent = dirname(resolve(path));
    while (!await exists(parent)) parent = dirname(parent);
    const probe = join(parent, `.tunebook.${crypto.randomUUID().slice(0, 8)}.tmp`);
    await Deno.mkdir(probe);
    await Deno.remove(probe);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/**
 * A hidden place beside `path`: `tmp` is unfinished, `old` is what stood at `path` before, `new` is
 * unfinished and may be made by several processes at once.
 */
function neighbour(path: string, kind: "tmp" | "old" | "new" = "tmp"): string {
  return join(dirname(path), `.${basename(path)}.${crypto.randomUUID().slice(0, 8)}.${kind}`);
}

async function* chunksOf(
  content: string | Uint8Array | AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> {
  if (typeof content === "string") yield new TextEncoder().encode(content);
  else if (content instanceof Uint8Array) yield content;
  else yield* content;
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
}

async function renameIfPresent(from: string, to: string): Promise<boolean> {
  try {
    await Deno.rename(from, to);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw unwritable(from, error);
  }
}

async function removeIfPresent(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch {
    // Nothing to remove, or nothing that can be done about it.
  }
}

function isOfSystem(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && typeof (error as { code?: unknown }).code === "string";
}

/** No space left, a quota, and the same on Windows. */
const full: readonly string[] = ["ENOSPC", "EDQUOT", "ERROR_DISK_FULL"];
const fullNumbers = /\(os error (?:28|112|122)\)/;

function unwritable(path: string, error: unknown): TunebookError {
  if (error instanceof TunebookError) return error;
  const isFull = isOfSystem(error) && full.includes(error.code) ||
    fullNumbers.test(messageOf(error));
  return new TunebookError(
    "output",
    `cannot write ${path}: ${messageOf(error)}. ` +
      (isFull
        ? "Free some space on the disk, or choose another place."
        : "Choose another place or change its permissions."),
    { cause: error },
  );
}
