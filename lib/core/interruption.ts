/**
 * Work that a person stopped.
 *
 * @module
 */
import { TunebookError } from "./errors.ts";

/** The error of work that was stopped. */
export function interruption(message = "the work was stopped"): TunebookError {
  return new TunebookError("interrupted", message);
}

/** Whether something was thrown because a person stopped the work. */
export function isInterruption(thrown: unknown): thrown is TunebookError {
  return thrown instanceof TunebookError && thrown.kind === "interrupted";
}
