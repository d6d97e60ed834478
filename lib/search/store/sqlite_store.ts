/**
 * Keeps the trials of a search in an SQLite file, for several processes at once.
 *
 * @module
 */
import { hostname } from "node:os";
import process from "node:process";
import { DatabaseSync, type SQLOutputValue } from "node:sqlite";
import { messageOf, TunebookError } from "../../core/errors.ts";
import type { Trial } from "../history.ts";
import type { TrialStore } from "./trial_store.ts";

/** A store with its file. */
export interface SqliteStore extends TrialStore, Disposable {}

/** How a process shows that it still runs its trials. */
interface StoreSettings {
  /** What must be the same in every process, as plain JSON: the space, the aims, the seed, the sampler. */
  readonly search: unknown;
  /** After so long without a sign a process counts as gone. */
  readonly staleMilliseconds: number;
}

/** Milliseconds that a process waits for another one's transaction. */
const mostWaiting = 60_000;
/** Milliseconds between two looks at a file that is locked. */
const lockPause = 5;
/** Signs of life before a process would count as gone. */
const signsBefore = 4;

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
`;

/**
 * Opens a store; the file is made where there is none.
 *
 * @throws {TunebookError} of kind `output` where the file is none of SQLite's or cannot be written; of kind
 * `input` where it has another search.
 */
export function sqliteStore(file: string, settings: StoreSettings): SqliteStore {
  const { search, staleMilliseconds } = settings;
  const database = openDatabase(file);
  const owner = crypto.randomUUID();
  const host = hostname();
  const all = database.prepare("SELECT trial FROM trials ORDER BY number");
  const put = database.prepare("INSERT OR REPLACE INTO trials VALUES (?, ?, ?, ?, ?, ?)");
  const claims = database.prepare("SELECT * FROM trials WHERE owner IS NOT NULL ORDER BY number");
  const claimOf = database.prepare("SELECT owner FROM trials WHERE number = ?");
  const leave = database.prepare("UPDATE trials SET seen = 0 WHERE owner = ?");
  const sign = database.prepare("UPDATE trials SET seen = ? WHERE owner = ?");
  const attempts = attemptsOf(database, owner);
  const write = (trial: Trial) => {
    const isRun = trial.state === "pending";
    const claim = isRun ? [owner, host, process.pid, Date.now()] : [null, null, null, null];
    put.run(trial.number, JSON.stringify(trial), ...claim);
    if (isRun) attempts.begin(trial.number, host);
    else attempts.end(trial.number);
  };
  const isOwn = ({ number }: Trial) => claimOf.get(number)?.owner === owner;
  const store: TrialStore = {
    atOnce: (work) => transaction(database, work),
    trials: () => all.all().map(trialOf),
    write,
    takeAbandoned() {
      const found = claims.all().find((claim) =>
        claim.owner !== owner && isGone(claim, host, Date.now() - staleMilliseconds)
      );
      if (found === undefined) return undefined;
      const trial: Trial = { ...trialOf(found), reports: [] };
      attempts.lose(found);
      write(trial);
      return trial;
    },
    isOwn,
    requireOwn(trial) {
      if (isOwn(trial)) return;
      throw new TunebookError(
        "input",
        `trial ${trial.number} is run by another process, since this one gave no sign for ${
          staleMilliseconds / 1000
        } seconds`,
      );
    },
  };
  try {
    transaction(database, () => requireSame(database, file, JSON.stringify(search)));
  } catch (error) {
    database.close();
    throw error;
  }
  const timer = setInterval(
    () => void sign.run(Date.now(), owner),
    staleMilliseconds / signsBefore,
  );
  Deno.unrefTimer(timer);
  return {
    ...store,
    [Symbol.dispose]() {
      clearInterval(timer);
      // Whoever opens the file next need not wait for its trials.
      leave.run(owner);
      database.close();
    },
  };
}

function openDatabase(file: string): DatabaseSync {
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
    throw new TunebookError("output", `a search cannot be kept in ${file}: ${messageOf(error)}`);
  }
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
function transaction<Result>(database: DatabaseSync, work: () => Result): Result {
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

type Row = Readonly<Record<string, SQLOutputValue>>;

/** Who runs which trial when. Suggestions do not depend on it, so that it is no part of the history. */
function attemptsOf(database: DatabaseSync, owner: string) {
  const begin = database.prepare(`
    INSERT INTO attempts (number, owner, host, process, began) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET ended = NULL, lost = 0
  `);
  const end = database.prepare("UPDATE attempts SET ended = ? WHERE number = ? AND owner = ?");
  const lose = database.prepare(
    "UPDATE attempts SET ended = ?, lost = 1 WHERE number = ? AND owner = ?",
  );
  return {
    begin: (number: number, host: string) =>
      void begin.run(number, owner, host, process.pid, Date.now()),
    end: (number: number) => void end.run(Date.now(), number, owner),
    /** Of a process that is gone: it was there when it gave its last sign. */
    lose: ({ seen, number, owner: gone }: Row) => void lose.run(seen, number, gone),
  };
}

function trialOf({ trial }: Row): Trial {
  return JSON.parse(String(trial));
}

/** Whether the process of a claim gave no sign for long, or runs no more on this machine. */
function isGone(claim: Row, host: string, before: number): boolean {
  if (Number(claim.seen) < before) return true;
  return claim.host === host && !isRunning(Number(claim.process));
}

function isRunning(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch (error) {
    // Another person's process may not be asked, but is there.
    return (error as { code?: string }).code !== "ESRCH";
  }
}

function requireSame(database: DatabaseSync, file: string, search: string): void {
  const found = database.prepare("SELECT search FROM search").get();
  if (found === undefined) {
    database.prepare("INSERT INTO search VALUES (1, ?)").run(search);
  } else if (found.search !== search) {
    const [there, here] = [String(found.search), search].map((text) => {
      const { about, ...parts } = JSON.parse(text);
      return { ...about, ...parts };
    });
    const differs = Object.keys({ ...there, ...here }).filter((name) =>
      JSON.stringify(there[name]) !== JSON.stringify(here[name])
    );
    throw new TunebookError(
      "input",
      `${file} has another search: ${differs.join(", ")} ${
        differs.length === 1 ? "differs" : "differ"
      }; go on with the same, or take another file`,
    );
  }
}
