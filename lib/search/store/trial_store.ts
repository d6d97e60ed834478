/**
 * Where the trials of a search are kept.
 *
 * @module
 */
import type { Trial } from "../history.ts";

/** The trials of a search, which other processes may work on as well. */
export interface TrialStore {
  /** Runs what reads and writes as one step: others see the whole of it or nothing. */
  atOnce<Result>(work: () => Result): Result;
  /** All trials in the order of their numbers. */
  trials(): readonly Trial[];
  /** Keeps a new trial, or another state of one. Those that are pending are run by this process. */
  write(trial: Trial): void;
  /** A pending trial that nobody runs any more; from now on this process runs it, from its beginning. */
  takeAbandoned(): Trial | undefined;
  /** Whether this process runs a pending trial. */
  isOwn(trial: Trial): boolean;
  /** Throws where another process runs it. */
  requireOwn(trial: Trial): void;
}

/** Keeps trials in memory, for one process. */
export function memoryStore(begun: readonly Trial[]): TrialStore {
  const trials = [...begun];
  return {
    atOnce: (work) => work(),
    trials: () => trials,
    write(trial) {
      trials[trial.number] = trial;
    },
    takeAbandoned: () => undefined,
    isOwn: () => true,
    requireOwn() {},
  };
}
