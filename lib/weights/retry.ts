/**
 * Tries a network request again when its failure may pass.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { interruption } from "../core/interruption.ts";

/** How long to keep trying. */
export interface Patience {
  /** How many failures in a row end the work. */
  readonly attempts: number;
  /** Waits between two attempts, or rejects as soon as the signal is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** Stops the work, also while it waits. */
  readonly signal?: AbortSignal | undefined;
}

/** What an attempt came to: a value, or a failure that may pass. One that cannot pass is thrown. */
export type Outcome<Value> = { readonly value: Value } | {
  readonly failure: TunebookError;
  /** How long the server asked to wait. */
  readonly waitMilliseconds?: number;
  /** Part of the work was done before the failure, so that the count of failures begins anew. */
  readonly advanced?: boolean;
};

const FIRST_DELAY_MILLISECONDS = 500;

/** A server that asks for more than this is told of in an error instead of waited for. */
const LONGEST_WAIT_MILLISECONDS = 300_000;

/** Throws once a download was stopped. */
export function checkStopped(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  throw interruption(
    "stopped while files were downloaded; what came so far is kept, and the next download goes on " +
      "from there",
  );
}

/** Runs `attempt` until it gives a value; waits twice as long after each failure in a row. */
export async function retry<Value>(
  attempt: () => Promise<Outcome<Value>>,
  { attempts, sleep, signal }: Patience,
): Promise<Value> {
  for (let failures = 0;;) {
    const outcome = await attempt();
    if ("value" in outcome) return outcome.value;
    failures = outcome.advanced ? 1 : failures + 1;
    const wait = outcome.waitMilliseconds ??
      FIRST_DELAY_MILLISECONDS * 2 ** (failures - 1);
    if (failures >= attempts) throw outcome.failure;
    if (wait > LONGEST_WAIT_MILLISECONDS) {
      throw new TunebookError(
        "download",
        `${outcome.failure.message}. The server asks to wait ${Math.ceil(wait / 1000)} s.`,
        { cause: outcome.failure.cause },
      );
    }
    await sleep(wait, signal).catch((error) => {
      checkStopped(signal);
      throw error;
    });
    checkStopped(signal);
  }
}

/** The wait that a `Retry-After` header asks for, given as seconds or as a date. */
export function retryAfter(headers: Headers): number | undefined {
  const text = headers.get("retry-after")?.trim();
  if (!text) return undefined;
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}
