/**
 * What the process that runs programs of others is asked, and what it answers.
 *
 * @module
 */

/** A program, and how its function is called. */
export interface CodeTask {
  /** What a true reply begins with; the program never sees it. */
  readonly key: string;
  /** TypeScript. */
  readonly code: string;
  /** The function of the program that is called, exported or not. */
  readonly entry: string;
  /** The arguments of each call. */
  readonly inputs: readonly (readonly unknown[])[];
  readonly timeoutSeconds: number;
  /** Of the whole process. */
  readonly maxMemoryBytes: number;
}

/** What a call gave: a value that JSON can hold, or why there is none. */
export type CaseOutcome = { readonly output: unknown } | { readonly error: string };

/** Why a program did not come to its end. */
export interface CodeFailure {
  /** `silence`: the process ended or was ended without a reply. */
  readonly why: "code" | "time" | "memory" | "silence";
  readonly message: string;
}

/** What became of a program. */
export interface CodeReply {
  /** One for each call; those that were not reached say so. */
  readonly outcomes: readonly CaseOutcome[];
  readonly failure?: CodeFailure;
}
