/**
 * Ctrl-C as an abort signal.
 *
 * @module
 */
import { kernel } from "../../core/kernel.ts";
import { refuseQueuedCell } from "../../core/queued_cell.ts";
import { say } from "../../core/say.ts";

/**
 * While it lives, the first Ctrl-C aborts `signal` and a later one ends the process. In a notebook
 * the stop button is Ctrl-C, and a later one changes nothing: the kernel holds all variables. Elsewhere SIGTERM,
 * by which a cluster ends a job, is like Ctrl-C.
 */
export interface Interrupt extends Disposable {
  readonly signal: AbortSignal;
}

/** Task runners pass a signal on that the terminal has sent as well: both are one key press. */
const sameKeyMilliseconds = 1000;
/** What shells expect of a process that Ctrl-C ended. */
const interruptedExitCode = 130;
/** A progress bar hides the cursor and the wrapping of lines; give both back. */
const showCursor = Deno.stderr.isTerminal() ? "\x1b[?25h\x1b[?7h" : "";

/**
 * For work outside a run: in a notebook the stop button stops this cell; elsewhere Ctrl-C ends the
 * program, as always. Either way `outer` is followed.
 */
export function onCellInterrupt(outer?: AbortSignal): Interrupt {
  if (kernel()) return onInterrupt(outer);
  return { signal: outer ?? new AbortController().signal, [Symbol.dispose]() {} };
}

/**
 * Listens for Ctrl-C and follows `outer`, if there is one. In a cell that waited behind one that was
 * stopped it throws an error of kind "interrupted".
 */
export function onInterrupt(outer?: AbortSignal): Interrupt {
  refuseQueuedCell();
  const controller = new AbortController();
  const inNotebook = kernel() !== undefined;
  let first: number | undefined;
  const listener = () => {
    const now = performance.now();
    if (first !== undefined) {
      if (inNotebook || now - first < sameKeyMilliseconds) return;
      console.error(showCursor);
      Deno.exit(interruptedExitCode);
    }
    first = now;
    say(
      inNotebook ? "stopping …" : "\nstopping (press Ctrl-C again to stop at once) …",
    );
    controller.abort();
  };
  const follow = () => controller.abort();
  if (outer?.aborted) controller.abort();
  outer?.addEventListener("abort", follow);
  const signals: readonly Deno.Signal[] = inNotebook || Deno.build.os === "windows"
    ? ["SIGINT"]
    : ["SIGINT", "SIGTERM"];
  for (const each of signals) Deno.addSignalListener(each, listener);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const each of signals) Deno.removeSignalListener(each, listener);
      outer?.removeEventListener("abort", follow);
    },
  };
}
