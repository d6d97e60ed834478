/**
 * Work on every row of a table that a person can watch and stop.
 *
 * @module
 */
import { pauses } from "../core/pauses.ts";
import { type Progress, showProgress } from "../core/progress.ts";

/** What errors and displays say about the work, and what stops it. */
export interface EachRowOptions {
  /** What is done, in the past tense, `encoded`. */
  readonly done: string;
  /** The same as the title of a progress display, `encoding`. */
  readonly title: string;
  /** What errors call the table. */
  readonly where: string;
  /** Stops the work with an error of kind "interrupted". */
  readonly signal?: AbortSignal | undefined;
}

/** Work that is over sooner needs no display. */
const quietMilliseconds = 2000;

/** Rows that are worked on at the same time, where the work waits for other threads. */
const rowsTogether = 8;

/** As `eachRow`, for work that waits, such as for files and decoders: some rows at the same time. */
export async function eachRowTogether(
  rows: number,
  options: EachRowOptions,
  visit: (row: number) => Promise<void>,
): Promise<void> {
  const running: Promise<void>[] = [];
  await eachRow(rows, options, async (row) => {
    const visited = visit(row);
    // Where the work stops before they are awaited, nobody hears of those that fail.
    visited.catch(() => {});
    running.push(visited);
    if (running.length === rowsTogether || row === rows - 1) await Promise.all(running.splice(0));
  });
}

/** Calls `visit` for each row number from 0. Shows progress when it takes over two seconds. */
export async function eachRow(
  rows: number,
  { done, title, where, signal }: EachRowOptions,
  visit: (row: number) => void | Promise<void>,
): Promise<void> {
  let progress: Progress | undefined;
  let row = 0;
  const began = performance.now();
  const pause = pauses(
    signal,
    () => `stopped after ${row} of ${rows} rows of ${where} were ${done}`,
  );
  try {
    while (row < rows) {
      const visited = visit(row++);
      if (visited) await visited;
      if (performance.now() - began > quietMilliseconds) {
        progress ??= showProgress({ title, total: rows, unit: "rows" });
        progress.update(row);
      }
      await pause();
    }
    progress?.update(rows);
  } finally {
    progress?.end();
  }
}
