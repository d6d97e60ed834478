/**
 * The file that answers are appended to. An answer is on the disk before anybody is told that it is.
 *
 * @module
 */
import { basename, dirname, resolve } from "node:path";
import { messageOf, TunebookError } from "../../core/errors.ts";
import { type FolderLock, lockFolders } from "../../core/folder_lock.ts";
import { readAnswerLines } from "./answer_lines.ts";
import type { FeedbackRecord } from "./feedback_record.ts";

/** An open file of answers, which no other process can open. */
export interface AnswerFile extends AsyncDisposable {
  readonly path: string;
  /** What it held when it was opened. */
  readonly records: readonly FeedbackRecord[];
  /** What was torn off in the last line when it was opened, and where it is kept. */
  readonly torn: { readonly bytes: number; readonly keptIn: string } | undefined;
  /**
   * Appends a record and waits until the disk has it. Throws an error of kind "output" where it cannot be written;
   * the file is then as it was before.
   */
  append(record: FeedbackRecord): Promise<void>;
}

/** Only its owner reads what people said. */
const mode = 0o600;

/**
 * Opens a file of answers, or makes it. What a process left that was ended while it wrote a line is moved into
 * `<file>.torn`. Throws an error of kind "output" where another process has it open or it cannot be written, and of
 * kind "data" where it holds anything else.
 */
export async function openAnswerFile(path: string): Promise<AnswerFile> {
  const lock = await lockedFile(path);
  try {
    return await opened(path, lock);
  } catch (error) {
    await lock[Symbol.asyncDispose]();
    if (error instanceof TunebookError) throw error;
    throw unwritable(path, error);
  }
}

async function opened(path: string, lock: FolderLock): Promise<AnswerFile> {
  const found = await Deno.stat(path).catch(() => undefined);
  if (found && !found.isFile) {
    throw new TunebookError("output", `${path} is no file that answers can be appended to`);
  }
  const before = await Deno.readFile(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
  const bytes = before ?? new Uint8Array();
  const { records, wholeBytes, lacksEnd } = readAnswerLines(bytes, path);
  const torn = bytes.length > wholeBytes
    ? { bytes: bytes.length - wholeBytes, keptIn: `${path}.torn` }
    : undefined;
  if (torn) await appendAll(torn.keptIn, joined(bytes.subarray(wholeBytes), "\n"));
  const file = await Deno.open(path, { read: true, write: true, create: true, mode });
  let size = wholeBytes;
  let isClean = true;
  /** Puts the file back to what was confirmed. */
  const cut = async () => {
    isClean = false;
    await file.truncate(size);
    await file.seek(size, Deno.SeekMode.Start);
    isClean = true;
  };
  const write = async (line: Uint8Array) => {
    try {
      if (!isClean) await cut();
      await writeAll(file, line);
      await file.syncData();
      size += line.length;
    } catch (error) {
      await cut().catch(() => {}); // tried again before the next line
      throw unwritable(path, error);
    }
  };
  try {
    await cut();
    if (lacksEnd) await write(new TextEncoder().encode("\n"));
    await file.sync();
    if (before === undefined) await syncFolder(dirname(resolve(path)));
  } catch (error) {
    file.close();
    throw error;
  }
  let last: Promise<unknown> = Promise.resolve();
  return {
    path,
    records,
    torn,
    append(record) {
      const line = new TextEncoder().encode(`${JSON.stringify(record)}\n`);
      const own = last.then(() => write(line));
      last = own.catch(() => {});
      return own;
    },
    async [Symbol.asyncDispose]() {
      await last;
      file.close();
      await lock[Symbol.asyncDispose]();
    },
  };
}

async function lockedFile(path: string): Promise<FolderLock> {
  try {
    return await lockFolders([path]);
  } catch (error) {
    if (!/another run/.test(messageOf(error))) throw error;
    throw new TunebookError(
      "output",
      `another process takes answers into ${path} at this moment. Close its page, or choose another file.`,
      { cause: error },
    );
  }
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
}

async function appendAll(path: string, bytes: Uint8Array): Promise<void> {
  using file = await Deno.open(path, { append: true, create: true, mode });
  await writeAll(file, bytes);
  await file.sync();
}

function joined(bytes: Uint8Array, end: string): Uint8Array {
  const tail = new TextEncoder().encode(end);
  const all = new Uint8Array(bytes.length + tail.length);
  all.set(bytes);
  all.set(tail, bytes.length);
  return all;
}

/** A new file's name is in its folder, which is synced, too, where the system knows that. */
async function syncFolder(folder: string): Promise<void> {
  try {
    using opened = await Deno.open(folder);
    await opened.sync();
  } catch {
    // Windows has no such thing.
  }
}

function unwritable(path: string, error: unknown): TunebookError {
  if (error instanceof TunebookError) return error;
  return new TunebookError(
    "output",
    `${basename(path)} cannot be written: ${messageOf(error)}. Free some space or change its ` +
      "permissions, and send the answer again.",
    { cause: error },
  );
}
