/**
 * What stands in the file of a search, without taking part in it.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { messageOf, TunebookError } from "../../core/errors.ts";
import { checkHistory } from "../check_history.ts";
import type { SearchHistory } from "../history.ts";

/**
 * Reads the trials of a search from its SQLite file, which another process may be working on.
 *
 * @throws {TunebookError} of kind `input` for a file that has no search.
 */
export function readHistory(file: string): SearchHistory {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { readOnly: true });
    const found = database.prepare("SELECT search FROM search").get();
    const { dimensions, better, seed } = JSON.parse(String(found?.search));
    const trials = database.prepare("SELECT trial FROM trials ORDER BY number").all()
      .map(({ trial }) => JSON.parse(String(trial)));
    const history: SearchHistory = { dimensions, better, seed, trials };
    checkHistory(history);
    return history;
  } catch (error) {
    throw new TunebookError("input", `${file} has no search: ${messageOf(error)}`, {
      cause: error,
    });
  } finally {
    database?.close();
  }
}
