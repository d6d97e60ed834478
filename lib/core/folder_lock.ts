/**
 * Holds a folder for one run: a second one that would write there is refused at its start, not at its
 * end. The system gives the lock back when a process ends, however it ends, so that none is left by a
 * process that was killed.
 *
 * @module
 */
import { basename, dirname, join, resolve } from "node:path";
import { messageOf, TunebookError } from "./errors.ts";
import { exists } from "./exists.ts";

/** A folder that nobody else may write; a dispose gives it back. */
export type FolderLock = AsyncDisposable;

/** How often a lock is tried whose file another process removes at that moment. */
const mostTries = 50;

/**
 * Locks folders by a hidden file beside each, `.<name>.lock`; a folder named twice is locked once. The
 * files and the parent folders that were made for them go with the lock.
 *
 * @throws TunebookError of kind "output" where another run holds one of them, or where nothing can be
 * written
 *
 * @example
 * ```ts
 * import { lockFolders } from "./folder_lock.ts";
 * import assert from "node:assert/strict";
 *
 * const folder = `${await Deno.makeTempDir()}/out`;
 * await using _lock = await lockFolders([folder]);
 * await assert.rejects(lockFolders([folder]), /another run/);
 * ```
 */
export async function lockFolders(folders: readonly string[]): Promise<FolderLock> {
  const held: Held[] = [];
  const release = async () => {
    while (held.length > 0) await held.pop()!.release();
  };
  try {
    for (const folder of new Set(folders.map((each) => resolve(each)))) {
      held.push(await lockFolder(folder));
    }
  } catch (error) {
    await release();
    throw error;
  }
  return { [Symbol.asyncDispose]: release };
}

interface Held {
  release(): Promise<void>;
}

async function lockFolder(folder: string): Promise<Held> {
  const parent = dirname(folder);
  const path = join(parent, `.${basename(folder)}.lock`);
  let made: string[] = [];
  const removeMade = async () => {
    for (const each of made) await Deno.remove(each).catch(() => {}); // not where others write
  };
  try {
    for (let tried = 0; tried < mostTries; tried++) {
      made = [...await makeFolders(parent), ...made];
      const file = await openUnlessGone(path);
      if (!file) continue;
      if (!await locked(file)) {
        const holder = await Deno.readTextFile(path).catch(() => "");
        file.close();
        throw occupied(folder, holder);
      }
      // The one who held it before may have removed the file after it was opened here.
      if (!await isAt(file, path)) {
        file.close();
        continue;
      }
      await file.truncate();
      await file.write(new TextEncoder().encode(`process ${Deno.pid}`));
      return {
        async release() {
          await Deno.remove(path).catch(() => {});
          file.close();
          await removeMade();
        },
      };
    }
    throw new Error("it is locked and unlocked without end");
  } catch (error) {
    await removeMade();
    if (error instanceof TunebookError) throw error;
    throw new TunebookError(
      "output",
      `cannot write ${folder}: ${
        messageOf(error)
      }. Choose another place or change its permissions.`,
      { cause: error },
    );
  }
}

/** Makes what is missing of a folder and returns what was made, the deepest first. */
async function makeFolders(folder: string): Promise<string[]> {
  const missing: string[] = [];
  for (let at = folder; !await exists(at); at = dirname(at)) missing.push(at);
  await Deno.mkdir(folder, { recursive: true });
  return missing;
}

async function openUnlessGone(path: string): Promise<Deno.FsFile | undefined> {
  try {
    return await Deno.open(path, { write: true, create: true });
  } catch (error) {
    // Another run that ended has just removed the folder that it had made.
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Whether the lock was free; true as well where the file system knows no locks. */
async function locked(file: Deno.FsFile): Promise<boolean> {
  try {
    return await file.tryLock(true);
  } catch {
    return true;
  }
}

async function isAt(file: Deno.FsFile, path: string): Promise<boolean> {
  const [own, now] = [await file.stat(), await Deno.stat(path).catch(() => undefined)];
  return now !== undefined && own.ino === now.ino && own.dev === now.dev;
}

function occupied(folder: string, holder: string): TunebookError {
  const who = holder === "" ? "" : ` (${holder})`;
  return new TunebookError(
    "output",
    `another run${who} writes to ${folder} at this moment. Wait until it has ended, or choose ` +
      "another folder.",
  );
}
