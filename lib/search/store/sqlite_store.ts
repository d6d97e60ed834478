/**
 * Keeps the trials of a search in an SQLite file, for several processes at once.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import { TunebookError } from "../../core/errors.ts";
import type { Trial } from "../history.ts";
import { isGone, type Row, type Worker, workerHere } from "./presence.ts";
import { openDatabase, transaction } from "./search_file.ts";
import type { TrialStore } from "./trial_store.ts";
import { readAttempts, secondsAtWork } from "./trial_attempts.ts";

/** A store with its file. */
export interface SqliteStore extends TrialStore, Disposable {
  /** What the search is known by, whoever opens its file: 16 hexadecimal digits. */
  readonly id: string;
  /** Seconds in which at least one process was at a trial, up to now. */
  secondsAtWork(): number;
}

/** How a process shows that it still runs its trials. */
interface StoreSettings {
  /** What must be the same in every process, as plain JSON: the space, the aims, the seed, the sampler. */
  readonly search: unknown;
  /** After so long without a sign a process counts as gone. */
  readonly staleMilliseconds: number;
}

/** Signs of life before a process would count as gone. */
const signsBefore = 4;
const idDigits = 16;

/**
 * Opens a store; the file is made where there is none.
 *
 * @throws {TunebookError} of kind `output` where the file is none of SQLite's or cannot be written; of kind
 * `input` where it has another search.
 */
export function sqliteStore(file: string, settings: StoreSettings): SqliteStore {
  const { search, staleMilliseconds } = settings;
  const database = openDatabase(file);
  const worker = workerHere();
  const { owner, host, process } = worker;
  const all = database.prepare("SELECT trial FROM trials ORDER BY number");
  const put = database.prepare("INSERT OR REPLACE INTO trials VALUES (?, ?, ?, ?, ?, ?)");
  const claims = database.prepare("SELECT * FROM trials WHERE owner IS NOT NULL ORDER BY number");
  const claimOf = database.prepare("SELECT owner FROM trials WHERE number = ?");
  const leave = database.prepare("UPDATE trials SET seen = 0 WHERE owner = ?");
  const sign = database.prepare("UPDATE trials SET seen = ? WHERE owner = ?");
  const attempts = attemptsOf(database, worker);
  const write = (trial: Trial) => {
    const isRun = trial.state === "pending";
    const claim = isRun ? [owner, host, process, Date.now()] : [null, null, null, null];
    put.run(trial.number, JSON.stringify(trial), ...claim);
    if (isRun) attempts.begin(trial.number);
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
  let id: string;
  try {
    id = transaction(database, () => {
      requireSame(database, file, JSON.stringify(search));
      return identityOf(database);
    });
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
    id,
    secondsAtWork: () => secondsAtWork(readAttempts(database)),
    [Symbol.dispose]() {
      clearInterval(timer);
      // Whoever opens the file next need not wait for its trials.
      leave.run(owner);
      attempts.leave();
      database.close();
    },
  };
}

/** Who runs which trial when. Suggestions do not depend on it, so that it is no part of the history. */
function attemptsOf(database: DatabaseSync, { owner, host, process }: Worker) {
  const begin = database.prepare(`
    INSERT INTO attempts (number, owner, host, process, began) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET ended = NULL, lost = 0
  `);
  const end = database.prepare("UPDATE attempts SET ended = ? WHERE number = ? AND owner = ?");
  // One that has left has said when it did.
  const lose = database.prepare(
    "UPDATE attempts SET ended = COALESCE(ended, ?), lost = 1 WHERE number = ? AND owner = ?",
  );
  const leave = database.prepare(
    "UPDATE attempts SET ended = ? WHERE owner = ? AND ended IS NULL",
  );
  return {
    begin: (number: number) => void begin.run(number, owner, host, process, Date.now()),
    end: (number: number) => void end.run(Date.now(), number, owner),
    /** Of a process that is gone: it was there when it gave its last sign. */
    lose: ({ seen, number, owner: gone }: Row) => void lose.run(seen, number, gone),
    leave: () => void leave.run(Date.now(), owner),
  };
}

function trialOf({ trial }: Row): Trial {
  return JSON.parse(String(trial));
}

function identityOf(database: DatabaseSync): string {
  const id = crypto.randomUUID().replaceAll("-", "").slice(0, idDigits);
  database.prepare("INSERT OR IGNORE INTO identity VALUES (1, ?)").run(id);
  return String(database.prepare("SELECT id FROM identity").get()!.id);
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
