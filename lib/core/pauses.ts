/**
 * Pauses that let signals, timers and displays in between two pieces of long work.
 *
 * @module
 */

/** Often enough for Ctrl-C, seldom enough to cost nothing. */
const millisecondsBetween = 50;

/** Makes a function to call in a loop: it gives way to other work every 50 ms, else does nothing. */
export function pauses(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < millisecondsBetween) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    last = performance.now();
  };
}
