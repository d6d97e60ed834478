/**
 * Looks into the file of a search without taking part in it.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { messageOf, TunebookError } from "../../core/errors.ts";
import { checkHistory } from "../check_history.ts";
import type { SearchHistory, Trial } from "../history.ts";
import { readAttempts, type TrialAttempt } from "./trial_attempts.ts";

/** A search as its file has it. */
export interface StoredSearch {
  readonly history: SearchHistory;
  /** In the order in which they began; of files by which no process worked since they are kept, none. */
  readonly attempts: readonly TrialAttempt[];
  /** The sampler's name. */
  readonly sampler: string;
}

/**
 * Reads a search from the file of `openSearch`, also while processes work on it. The file stays as it is.
 *
 * @throws {TunebookError} of kind `input` where there is no file, or one that is no search's; of kind `data`
 * where it is damaged.
 *
 * @example
 * ```ts
 * import { float, openSearch, randomSearch, readSearch } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const file = `${await Deno.makeTempDir()}/search.sqlite`;
 * const options = { file, better: "lower", sampler: randomSearch() } as const;
 * using search = openSearch({ x: float(0, 1) }, options);
 * search.tell(search.ask()!.number, 0.5);
 * const { history, attempts } = readSearch(file);
 * assert.deepEqual(history, search.history);
 * assert.equal(attempts[0].state, "ended");
 * ```
 */
export function readSearch(file: string): StoredSearch {
  let database: DatabaseSync;
  try {
    database = new DatabaseSync(file, { readOnly: true });
  } catch (error) {
    if (!existsSync(file)) throw new TunebookError("input", `there is no file ${file}`);
    throw new TunebookError("input", `${file} cannot be opened: ${messageOf(error)}`);
  }
  try {
    return readFrom(database, file);
  } finally {
    database.close();
  }
}

function readFrom(database: DatabaseSync, file: string): StoredSearch {
  let search: string | undefined;
  try {
    database.exec("BEGIN");
    const row = database.prepare("SELECT search FROM search").get();
    search = row === undefined ? undefined : String(row.search);
  } catch (error) {
    throw new TunebookError("input", `${file} is no search's file: ${messageOf(error)}`);
  }
  if (search === undefined) throw new TunebookError("input", `${file} has no search yet`);
  try {
    const { sampler, ...begun } = JSON.parse(search);
    const trials = database.prepare("SELECT trial FROM trials ORDER BY number").all()
      .map(({ trial }): Trial => JSON.parse(String(trial)));
    const history: SearchHistory = { ...begun, trials };
    checkHistory(history);
    return { history, attempts: readAttempts(database), sampler: String(sampler.name) };
  } catch (error) {
    throw new TunebookError("data", `${file} is damaged: ${messageOf(error)}`, { cause: error });
  }
}
