/**
 * Work that may take only so long.
 *
 * @module
 */
import { interruption } from "../../core/interruption.ts";
import { timerMilliseconds } from "../../core/timer_milliseconds.ts";

/** Work that took longer than it may. */
export const tookTooLong: unique symbol = Symbol("took too long");

/**
 * What the work gives, or `tookTooLong`. The work is told by its signal when its time is over or when the
 * run is stopped, and is then left alone; a stop is an error of kind "interrupted".
 */
export async function withinSeconds<Result>(
  seconds: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Result | Promise<Result>,
): Promise<Result | typeof tookTooLong> {
  if (signal?.aborted) throw interruption();
  const own = new AbortController();
  const ended = Promise.withResolvers<typeof tookTooLong>();
  const stop = () => {
    ended.reject(interruption());
    own.abort(signal?.reason);
  };
  signal?.addEventListener("abort", stop);
  const timer = setTimeout(() => {
    ended.resolve(tookTooLong);
    own.abort(new DOMException("the time is over", "TimeoutError"));
  }, timerMilliseconds(seconds));
  try {
    const working = Promise.try(work, own.signal);
    working.catch(() => {}); // what was left alone may still fail
    return await Promise.race([ended.promise, working]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}
