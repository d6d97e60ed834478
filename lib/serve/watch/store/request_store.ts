/**
 * Keeps requests in an SQLite file, where a person asked for it.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { checkOptions } from "../../../core/check_options.ts";
import { messageOf, type Mistake, optionMistake, TunebookError } from "../../../core/errors.ts";
import { list, positive, required, type Rules, text } from "../../../core/option_rules.ts";
import { isRecord } from "../../../core/objects.ts";
import { shownValue } from "../../../core/shown_value.ts";
import type { RowSignals } from "../signals/row_signals.ts";
import type { Alarm } from "../rules/alarms.ts";
import { redactNames, type Redactor, redactValue } from "./redact.ts";

/** What is stored of requests. */
export interface StoreOptions {
  /** The SQLite file; it is made where there is none. */
  readonly file: string;
  /** Days after which a request is deleted; 30 unless given. */
  readonly days?: number;
  /**
   * Stores inputs and answers, too, with what the redactors leave of their texts. Without it a request is
   * its id, its time and its signals: numbers, a label and a language. `[]` stores texts as they are.
   */
  readonly redact?: readonly Redactor[];
}

/** An answered row as it is stored. */
export interface StoredRow {
  readonly id: string;
  /** The number of the input in its request, from 0. */
  readonly row: number;
  readonly at: number;
  readonly milliseconds: number;
  readonly signals: RowSignals;
  readonly input: unknown;
  readonly answer: unknown;
}

/** An open store. */
export interface RequestStore {
  add(rows: readonly StoredRow[]): void;
  /** Whether the answer to this input of a request is there. */
  has(id: string, row: number): boolean;
  addLabel(id: string, row: number, label: string, at: number): void;
  addAlarm(alarm: Alarm): void;
  /** Keeps the report that `deno task watch` shows of the file. */
  keepReport(report: unknown, at: number): void;
  /** Deletes what is older than the retention time; how many rows that were. */
  purge(now: number): number;
  close(): void;
}

const dayMilliseconds = 86_400_000;
const usualDays = 30;
const rules: Rules<StoreOptions> = { file: required(text), days: positive, redact: list };

/** All mistakes in the options of a store. */
export function checkStoreOptions(options: StoreOptions): void {
  checkOptions("store", options, rules, () => redactMistakes(options));
}

function redactMistakes({ redact }: StoreOptions): Mistake[] {
  if (!Array.isArray(redact)) return [];
  return redact.filter((each) => typeof each !== "function" && !redactNames.includes(each))
    .map((each) =>
      optionMistake(
        "redact",
        `has ${shownValue(each)}, but may have functions and ${redactNames.join(", ")}`,
      )
    );
}

const tables = `
  CREATE TABLE IF NOT EXISTS requests (
    id TEXT NOT NULL, row INTEGER NOT NULL, at INTEGER NOT NULL, milliseconds REAL NOT NULL,
    numbers TEXT NOT NULL, classes TEXT NOT NULL, input TEXT, answer TEXT,
    PRIMARY KEY (id, row)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS requests_by_time ON requests (at);
  CREATE TABLE IF NOT EXISTS labels (
    id TEXT NOT NULL, row INTEGER NOT NULL, label TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (id, row)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS alarms (at INTEGER NOT NULL, alarm TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS report (only INTEGER PRIMARY KEY CHECK (only = 1), at INTEGER, report TEXT);
`;

/**
 * Opens a store. Its file can be read by its owner alone. Deleted rows are overwritten with zeros.
 *
 * Throws an error of kind "output" where the file is none of SQLite's or cannot be written.
 */
export async function openStore(options: StoreOptions): Promise<RequestStore> {
  checkStoreOptions(options);
  const { file, days = usualDays, redact } = options;
  const database = await openDatabase(file);
  const insert = database.prepare(
    "INSERT OR REPLACE INTO requests VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
  );
  const known = database.prepare("SELECT 1 FROM requests WHERE id = ? AND row = ?");
  const label = database.prepare("INSERT OR REPLACE INTO labels VALUES (?, ?, ?, ?)");
  const alarm = database.prepare("INSERT INTO alarms VALUES (?, ?)");
  const report = database.prepare("INSERT OR REPLACE INTO report VALUES (1, ?, ?)");
  const kept = (value: unknown) =>
    redact === undefined ? null : JSON.stringify(redactValue(value, redact)) ?? null;
  return {
    add(rows) {
      database.exec("BEGIN");
      try {
        for (const { id, row, at, milliseconds, signals, input, answer } of rows) {
          const { numbers, classes } = signals;
          const own = [JSON.stringify(numbers), JSON.stringify(classes)];
          insert.run(id, row, at, milliseconds, own[0], own[1], kept(input), kept(answer));
        }
        database.exec("COMMIT");
      } catch (error) {
        database.exec("ROLLBACK");
        throw error;
      }
    },
    has: (id, row) => known.get(id, row) !== undefined,
    addLabel: (id, row, name, at) => void label.run(id, row, name, at),
    addAlarm: (each) => void alarm.run(each.at, JSON.stringify(each)),
    keepReport: (value, at) => void report.run(at, JSON.stringify(value)),
    purge(now) {
      const before = now - days * dayMilliseconds;
      const found = database.prepare("DELETE FROM requests WHERE at < ?").run(before);
      database.prepare("DELETE FROM labels WHERE at < ?").run(before);
      database.prepare("DELETE FROM alarms WHERE at < ?").run(before);
      // What was deleted still stands in the log of writes.
      if (found.changes > 0) database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      return Number(found.changes);
    },
    close: () => database.close(),
  };
}

async function openDatabase(file: string): Promise<DatabaseSync> {
  let database: DatabaseSync | undefined;
  try {
    // The file's own rights are those of its log, too.
    (await Deno.open(file, { write: true, create: true, mode: 0o600 })).close();
    database = new DatabaseSync(file);
    database.exec(
      "PRAGMA journal_mode = WAL; PRAGMA secure_delete = ON; PRAGMA synchronous = NORMAL;",
    );
    database.exec(tables);
    return database;
  } catch (error) {
    database?.close();
    throw new TunebookError("output", `requests cannot be stored in ${file}: ${messageOf(error)}`);
  }
}

/** The report that a store kept last. Throws an error of kind "data" for a file that has none. */
export function storedReport(file: string): unknown {
  let found: unknown;
  try {
    const database = new DatabaseSync(file, { readOnly: true });
    try {
      found = database.prepare("SELECT report FROM report").get();
    } finally {
      database.close();
    }
  } catch (error) {
    throw new TunebookError("data", `${file} is no store of requests: ${messageOf(error)}`);
  }
  if (!isRecord(found)) {
    throw new TunebookError(
      "data",
      `${file} has no report yet; it comes with the first look at rows, or when the server is stopped`,
    );
  }
  return JSON.parse(String(found.report));
}
