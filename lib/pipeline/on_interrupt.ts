/**
 * Ctrl-C as an abort signal.
 *
 * @module
 */

/** While it lives, the first Ctrl-C aborts `signal` and a second one ends the process. */
export interface Interrupt extends Disposable {
  readonly signal: AbortSignal;
}

/** Listens for Ctrl-C and follows `outer`, if there is one. */
export function onInterrupt(outer?: AbortSignal): Interrupt {
  const controller = new AbortController();
  const interruptedExitCode = 130;
  const listener = () => {
    if (controller.signal.aborted) Deno.exit(interruptedExitCode);
    console.error("\nstopping after this step (press Ctrl-C again to stop at once) …");
    controller.abort();
  };
  const follow = () => controller.abort();
  if (outer?.aborted) controller.abort();
  outer?.addEventListener("abort", follow);
  Deno.addSignalListener("SIGINT", listener);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      Deno.removeSignalListener("SIGINT", listener);
      outer?.removeEventListener("abort", follow);
    },
  };
}
