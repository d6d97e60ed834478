/**
 * A search that is kept in a file.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { positive, record, required, type Rules, text } from "../core/option_rules.ts";
import { type Search, searchOver, searchRules, type SearchSettings } from "./search.ts";
import type { Suggested } from "./space/parameter.ts";
import { searchSpace } from "./space/search_space.ts";
import { type SqliteStore, sqliteStore } from "./store/sqlite_store.ts";

/** How a search goes, and where it is kept. */
export interface OpenSearchOptions extends SearchSettings {
  /** The SQLite file; it is made where there is none. It must lie on a disk of this machine. */
  readonly file: string;
  /**
   * After so many seconds without a sign of life a process counts as gone, and its trials are run again by
   * another: 60 unless given. A process that was killed on the same machine is seen at once.
   */
  readonly staleSeconds?: number;
  /** What else must be the same whenever the file is opened, such as the data, as plain JSON by name. */
  readonly about?: Readonly<Record<string, unknown>>;
}

/** A search in a file; a dispose closes it. */
export interface KeptSearch<Suggestion> extends Search<Suggestion>, Disposable {
  /** What the search is known by, whoever opens its file: 16 hexadecimal digits. */
  readonly id: string;
  /** Seconds in which at least one process was at a trial, of all that have opened the file. */
  secondsAtWork(): number;
}

const rules: Rules<OpenSearchOptions> = {
  ...searchRules,
  file: required(text),
  staleSeconds: positive,
  about: record,
};

/**
 * Opens a search in an SQLite file, or goes on with the one that is there. Everything that is asked and told
 * is on the disk before the call returns, so that a search may be killed at any moment. Several processes
 * may work on one file: each trial is run by one of them, and trials of a process that is gone are asked for
 * again, with the same number, before new ones are suggested. What such a trial had reported is dropped.
 *
 * A process shows every quarter of `staleSeconds` that it is there; code that blocks it for longer loses its
 * trials to others, and `tell` is an error then.
 *
 * @throws {TunebookError} of kind `input` for what `startSearch` refuses, and for a file with another search
 * (space, aims, seed, sampler or what it is about differ); of kind `output` for a file that cannot be written.
 *
 * @example
 * ```ts
 * import { float, openSearch, tpe } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const file = `${await Deno.makeTempDir()}/search.sqlite`;
 * const open = () =>
 *   openSearch({ x: float(0, 1) }, { file, better: "lower", sampler: tpe(), seed: 1 });
 * {
 *   using search = open();
 *   const { number, suggestion: { x } } = search.ask()!;
 *   search.tell(number, x);
 * }
 * using again = open();
 * assert.equal(again.best!.number, 0);
 * assert.equal(again.ask()!.number, 1);
 * ```
 */
export function openSearch<const Space>(
  parameters: Space,
  options: OpenSearchOptions,
): KeptSearch<Suggested<Space>> {
  checkOptions("openSearch", options, rules);
  const { file, staleSeconds = 60, sampler, about } = options;
  const space = searchSpace(parameters);
  let store: SqliteStore | undefined;
  try {
    const search = searchOver(space, options, (begun) => {
      const { name, settings } = sampler;
      return store = sqliteStore(file, {
        search: { ...begun, sampler: { name, settings }, ...(about ? { about } : {}) },
        staleMilliseconds: 1000 * staleSeconds,
      });
    });
    return Object.defineProperties({} as KeptSearch<Suggested<Space>>, {
      ...Object.getOwnPropertyDescriptors(search),
      id: { value: store!.id, enumerable: true },
      secondsAtWork: { value: () => store!.secondsAtWork() },
      [Symbol.dispose]: { value: () => store?.[Symbol.dispose]() },
    });
  } catch (error) {
    store?.[Symbol.dispose]();
    throw error;
  }
}
