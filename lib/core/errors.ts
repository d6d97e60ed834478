/**
 * The one error class of tunebook. Its message says what was wrong, where, and what to do next.
 *
 * @module
 */
import { shortLines } from "./short_lines.ts";
import { visibleLines } from "./visible.ts";

/** What kind of mistake an error reports; a program can branch on it. */
export type ErrorKind =
  | "input" // an option, a flag or a plan is wrong
  | "data" // a table, a row or a column is wrong
  | "weights" // a checkpoint, a config or a tokenizer is wrong
  | "download" // a file could not be fetched
  | "device" // a device is missing or does not work
  | "memory" // the machine ran out of memory
  | "diverged" // the loss became NaN or infinite
  | "interrupted" // a person stopped the work
  | "unsupported" // a valid request that this version cannot serve
  | "output"; // a file or folder could not be written

/**
 * An error that a person can act on. Its message is safe to show: what cannot be seen in it, such as
 * an escape code in the name of a class, is written as in JSON, and a line that quotes too much loses
 * its middle.
 *
 * @example
 * ```ts
 * import { TunebookError } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const error = new TunebookError("data", "reviews.csv has no column \"texts\"");
 * assert.equal(error.kind, "data");
 * ```
 */
export class TunebookError extends Error {
  /** What kind of mistake this is. */
  readonly kind: ErrorKind;

  constructor(kind: ErrorKind, message: string, options?: ErrorOptions) {
    super(shortLines(visibleLines(message)), options);
    this.name = "TunebookError";
    this.kind = kind;
  }
}

/**
 * Builds one error out of a whole list of mistakes, so that a person sees all of them at once.
 * Shows the first `limit` and counts the rest.
 *
 * @example
 * ```ts
 * import { mistakes } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const error = mistakes("data", "the rows cannot be read:", ["row 1: no value", "row 7: no value"]);
 * assert.equal(error.kind, "data");
 * assert.match(error.message, /- row 7/);
 * ```
 */
export function mistakes(
  kind: ErrorKind,
  title: string,
  list: readonly string[],
  limit = 12,
): TunebookError {
  const shown = list.slice(0, limit).map((line) => `  - ${line}`);
  if (list.length > limit) shown.push(`  … and ${list.length - limit} more`);
  return new TunebookError(kind, [title, ...shown].join("\n"));
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
