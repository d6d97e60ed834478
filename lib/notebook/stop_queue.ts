/**
 * Which cells were asked for before the stop button was pressed. "Run All" asks for all cells at once;
 * Deno's kernel has no queue that could be emptied, and runs the rest of them after a stop.
 *
 * @module
 */

/** The request that the present cell is the answer to. */
export interface CellRequest {
  /** Tells requests apart; "Run All" makes many in one millisecond. */
  readonly number: number;
  /** When it was made, in milliseconds since 1970 by this machine's clock as well as that is known. */
  readonly askedAt: number;
}

/** Remembers the last stop. */
export interface StopQueue {
  /** The stop button was pressed. */
  stop(): void;
  /** Whether the present cell was asked for before the last stop, and is not the one that was stopped. */
  isBehindStop(): boolean;
}

/** `present` finds the request of the present cell; nothing where that cannot be known. */
export function stopQueue(
  present: () => CellRequest | undefined,
  now: () => number = Date.now,
): StopQueue {
  let stopped: { readonly at: number; readonly number: number | undefined } | undefined;
  return {
    stop() {
      const at = now();
      stopped = { at, number: present()?.number };
    },
    isBehindStop() {
      if (!stopped) return false;
      const request = present();
      return request !== undefined && request.number !== stopped.number &&
        request.askedAt < stopped.at;
    },
  };
}
