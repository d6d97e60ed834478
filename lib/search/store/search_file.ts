/**
 * The SQLite file of a search: how it is opened, and how several processes take turns at it.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { messageOf, TunebookError } from "../../core/errors.ts";

/** Milliseconds that a process waits for another one's transaction. */
const mostWaiting = 60_000;
/** Milliseconds between two looks at a file that is locked. */
const lockPause = 5;

const tables = `
  CREATE TABLE IF NOT EXISTS search (only INTEGER PRIMARY KEY CHECK (only = 1), search TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS trials (
    number INTEGER PRIMARY KEY, trial TEXT NOT NULL, owner TEXT, host TEXT, process INTEGER, seen INTEGER
  );
  CREATE INDEX IF NOT EXISTS trials_by_owner ON trials (owner) WHERE owner IS NOT NULL;
  CREATE TABLE IF NOT EXISTS attempts (
    number INTEGER, owner TEXT, host TEXT, process INTEGER, began INTEGER, ended INTEGER,
    lost INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (number, owner)
  );
  CREATE TABLE IF NOT EXISTS identity (only INTEGER PRIMARY KEY CHECK (only = 1), id TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS shared_work (
    name TEXT PRIMARY KEY, owner TEXT, host TEXT, process INTEGER, seen INTEGER, result TEXT
  );
`;

/**
 * Opens the file; it is made where there is none.
 *
 * @throws {TunebookError} of kind `output` where it is none of SQLite's or cannot be written.
 */
export function openDatabase(file: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file);
    database.exec(`PRAGMA busy_timeout = ${mostWaiting}`);
    useWriteAheadLog(database);
    // A trial that was told stays told when the machine loses its power.
    database.exec("PRAGMA synchronous = FULL");
    transaction(database, () => database!.exec(tables));
    return database;
  } catch (error) {
    database?.close();
    throw new TunebookError(
      "output",
      `a search cannot be kept in ${file}: ${reasonOf(error, file)}`,
    );
  }
}

/** SQLite says the same of a folder that is not there as of one that may not be read. */
function reasonOf(error: unknown, file: string): string {
  const folder = dirname(file);
  return existsSync(folder)
    ? messageOf(error)
    : `there is no folder ${folder}; make it, or name another file`;
}

/**
 * Here SQLite itself waits for nobody: not for a process that makes the file at this moment, nor for the last one that
 * closes it.
 */
function useWriteAheadLog(database: DatabaseSync): void {
  const until = Date.now() + mostWaiting;
  for (;;) {
    try {
      database.exec("PRAGMA journal_mode = WAL");
      return;
    } catch (error) {
      if (!messageOf(error).includes("locked") || Date.now() > until) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, lockPause);
    }
  }
}

/** Runs work in a transaction that no other process writes in between. */
export function transaction<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}
