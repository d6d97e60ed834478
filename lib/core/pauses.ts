/**
 * Pauses that let signals, timers and displays in between two pieces of long work.
 *
 * @module
 */
import { interruption } from "./interruption.ts";

/** Often enough for Ctrl-C, seldom enough to cost nothing. */
const millisecondsBetween = 50;

/**
 * Makes a function to call in a loop: it gives way to other work every 50 ms, else does nothing.
 * Once `signal` is aborted it throws an error of kind "interrupted" with the message.
 */
export function pauses(signal?: AbortSignal, message?: () => string): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last >= millisecondsBetween) {
      await giveWay();
      last = performance.now();
    }
    if (signal?.aborted) throw interruption(message?.());
  };
}

/** A place between two stages of work at which a stop that was asked for takes effect. */
export async function stopPoint(signal?: AbortSignal, message?: () => string): Promise<void> {
  await giveWay();
  if (signal?.aborted) throw interruption(message?.());
}

function giveWay(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
