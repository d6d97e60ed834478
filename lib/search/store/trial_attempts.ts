/**
 * Who was at which trial when.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";

/** A process at a trial. */
export interface TrialAttempt {
  /** The trial's. */
  readonly number: number;
  /** Machine and process, `host 4711`. */
  readonly worker: string;
  /** Milliseconds since 1970, as `Date.now()`. */
  readonly began: number;
  /** When it ended; of one that is under way when its process was seen last. */
  readonly until: number;
  /** A lost one is that of a process that was gone; another one ran the trial again. */
  readonly state: "ended" | "pending" | "lost";
}

/** Reads the attempts of a search's file, in the order in which they began. */
export function readAttempts(database: DatabaseSync): TrialAttempt[] {
  const isThere = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'attempts'").get();
  if (isThere === undefined) return [];
  const rows = database.prepare(`
    SELECT attempts.*, trials.seen FROM attempts
    LEFT JOIN trials ON trials.number = attempts.number AND trials.owner = attempts.owner
    ORDER BY began, attempts.number
  `).all();
  return rows.map(({ number, host, process, began, ended, seen, lost }) => ({
    number: Number(number),
    worker: `${host} ${process}`,
    began: Number(began),
    // Its last sign may be of a moment before it was written down as begun, and 0 where its process left it.
    until: Math.max(Number(began), Number(ended ?? seen ?? began)),
    state: lost === 1 ? "lost" : ended === null ? "pending" : "ended",
  }));
}

/** Seconds in which at least one attempt was under way: two at once count once. */
export function secondsAtWork(attempts: readonly TrialAttempt[]): number {
  let [milliseconds, covered] = [0, 0];
  for (const { began, until } of attempts.toSorted((a, b) => a.began - b.began)) {
    milliseconds += Math.max(0, until - Math.max(began, covered));
    covered = Math.max(covered, until);
  }
  return milliseconds / 1000;
}
