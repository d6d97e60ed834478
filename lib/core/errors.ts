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
  | "behaviour" // a trained model fails a test of its behaviour
  | "diverged" // the loss became NaN or infinite
  | "interrupted" // a person stopped the work
  | "unsupported" // a valid request that this version cannot serve
  | "output"; // a file or folder could not be written

/** One thing that is wrong, told with the names that options have where it is read. */
export interface Mistake {
  /** The option that it is about, where it is about one. */
  readonly option?: string;
  /** The part of a plan that it stands in, such as `train`. */
  readonly part?: string;
  /**
   * What is wrong, in words.
   *
   * @param nameOf what an option is called: `batchSize` in a program, `--batch-size` as a flag
   */
  told(nameOf: (option: string) => string): string;
}

/** What is wrong with one option, in words that follow its name. */
export function optionMistake(option: string, words: string): Mistake {
  return { option, told: (nameOf) => `${nameOf(option)} ${words}` };
}

/** What is wrong with several options, or with what stands around them. */
export function mistakeOf(told: Mistake["told"]): Mistake {
  return { told };
}

/** A mistake in the names of a program, with the part of the plan before it. */
export function toldInProgram({ part, told }: Mistake): string {
  return `${part === undefined ? "" : `${part}: `}${told((option) => option)}`;
}

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
  /** What is wrong one by one, where the error lists mistakes of options; else empty. */
  readonly mistakes: readonly Mistake[];
  /** A word for one mistake among those of its kind, where programs branch on it: `context_length_exceeded`. */
  declare readonly code?: string;

  constructor(
    kind: ErrorKind,
    message: string,
    options?: ErrorOptions & { readonly mistakes?: readonly Mistake[]; readonly code?: string },
  ) {
    super(shortLines(visibleLines(message)), options);
    this.name = "TunebookError";
    this.kind = kind;
    // Not shown where an error is inspected: the message says the same.
    this.mistakes = options?.mistakes ?? [];
    Object.defineProperty(this, "mistakes", { enumerable: false });
    if (options?.code) Object.defineProperty(this, "code", { value: options.code });
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
  list: readonly (string | Mistake)[],
  limit = 12,
): TunebookError {
  const told = (each: string | Mistake) => typeof each === "string" ? each : toldInProgram(each);
  const shown = list.slice(0, limit).map((each) => `  - ${told(each)}`);
  if (list.length > limit) shown.push(`  … and ${list.length - limit} more`);
  return new TunebookError(kind, [title, ...shown].join("\n"), {
    mistakes: list.filter((each) => typeof each !== "string"),
  });
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message;
  try {
    return String(thrown);
  } catch {
    return "what was thrown has no text";
  }
}
