/**
 * How a server is: latency, errors, queue and memory.
 *
 * @module
 */
import { percentile, recent } from "./recent.ts";

/** What the last requests took, in milliseconds. */
export interface Latency {
  readonly requests: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly longest: number;
}

/** How a server is now. */
export interface LiveState {
  /** Absent before the first answer. */
  readonly latency?: Latency;
  /** Of the last requests, those that failed. */
  readonly failed: number;
  readonly finished: number;
  /** Requests that wait; absent where nobody told. */
  readonly queue?: number;
  /** Resident memory in megabytes (2²⁰ bytes). */
  readonly memory: number;
}

/** Takes note of requests. */
export interface RequestNumbers {
  answered(milliseconds: number): void;
  failed(): void;
  queued(requests: number): void;
  state(): LiveState;
}

/** Requests that percentiles are exact of. */
const latest = 1000;

/** Begins with nothing known. */
export function requestNumbers(): RequestNumbers {
  const times = recent<number>(latest);
  const outcomes = recent<boolean>(latest);
  let queue: number | undefined;
  return {
    answered(milliseconds) {
      times.add(milliseconds);
      outcomes.add(true);
    },
    failed: () => outcomes.add(false),
    queued: (requests) => void (queue = requests),
    state() {
      const sorted = times.values().sort((a, b) => a - b);
      const finished = outcomes.values();
      return {
        ...(sorted.length > 0
          ? {
            latency: {
              requests: sorted.length,
              p50: percentile(sorted, 0.5)!,
              p95: percentile(sorted, 0.95)!,
              p99: percentile(sorted, 0.99)!,
              longest: sorted.at(-1)!,
            },
          }
          : {}),
        failed: finished.filter((isAnswered) => !isAnswered).length,
        finished: finished.length,
        ...(queue === undefined ? {} : { queue }),
        memory: Deno.memoryUsage().rss / 2 ** 20,
      };
    },
  };
}
