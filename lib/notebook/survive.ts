/**
 * A kernel that outlives Ctrl-C and errors in the background.
 *
 * @module
 */
import type { Kernel } from "../core/kernel.ts";

/**
 * Keeps the kernel alive when the notebook's stop button is pressed. A training stops by itself:
 * every run listens for the same signal.
 */
export function surviveInterrupts(): void {
  try {
    Deno.addSignalListener("SIGINT", () => {});
  } catch {
    // A system without the signal has nothing to survive.
  }
}

/** Shows errors that no cell is waiting for, instead of losing them. */
export function reportBackgroundErrors(kernel: Kernel): void {
  const report = (thrown: unknown) => {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    void kernel.broadcast("error", {
      ename: error.name,
      evalue: `${error.message} (in the background)`,
      traceback: [
        "This error came from work in the background that no cell awaited:",
        ...(error.stack ?? String(error)).split("\n"),
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
