/**
 * Cells of a notebook that were asked for before a person pressed the stop button. Deno's kernel runs
 * them all the same; tunebook's own work in them ends at once.
 *
 * @module
 */
import { interruption } from "./interruption.ts";

/** What is said of such a cell. */
export const queuedCell =
  "this cell was waiting when another one was stopped, so it did nothing: run it again when you want it";

let isBehindStop: () => boolean = () => false;

/** Tells how to find out whether the present cell waited behind one that was stopped. */
export function watchQueue(check: () => boolean): void {
  isBehindStop = check;
}

/** Throws an error of kind "interrupted" in a cell that waited behind one that was stopped. */
export function refuseQueuedCell(): void {
  if (isBehindStop()) throw interruption(queuedCell);
}
