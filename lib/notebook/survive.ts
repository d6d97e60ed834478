/**
 * A kernel that outlives Ctrl-C and errors in the background.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { visibleLines } from "../core/visible.ts";
import type { JupyterKernel } from "../core/kernel.ts";

/**
 * Keeps the kernel alive when the notebook's stop button is pressed. A training stops by itself:
 * every run listens for the same signal. `onStop` is called each time.
 */
export function surviveInterrupts(onStop: () => void): void {
  try {
    Deno.addSignalListener("SIGINT", onStop);
  } catch {
    // A system without the signal has nothing to survive.
  }
}

/** Shows errors that no cell is waiting for, instead of losing them. */
export function reportBackgroundErrors(kernel: JupyterKernel): void {
  const report = (thrown: unknown) => {
    const isError = thrown instanceof Error;
    // Shows what is in an object, and what caused an error; what tunebook says needs no frames.
    const text = visibleLines(
      typeof thrown === "string"
        ? thrown
        : thrown instanceof TunebookError
        ? thrown.message
        : Deno.inspect(thrown),
    );
    void kernel.broadcast("error", {
      ename: isError ? thrown.name : "Error",
      evalue: `${isError ? visibleLines(thrown.message) : text} (in the background)`,
      traceback: [
        "This error came from work in the background that no cell awaited:",
        ...text.split("\n"),
      ],
    });
  };
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    report(event.reason);
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    report(event.error ?? event.message);
  });
}
