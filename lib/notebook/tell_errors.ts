/**
 * Errors as a person reads them: what tunebook says of a mistake or of a stop is a sentence, and
 * frames are for bugs.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { queuedCell } from "../core/queued_cell.ts";
import { visibleLines } from "../core/visible.ts";
import type { Thrown } from "./kernel_internals.ts";

const ownName = new TunebookError("input", "").name;

/** What the cell shows of an error that ended it. */
export function toldError(
  { name, message, stack }: Thrown,
  isBehindStop: () => boolean,
): Thrown {
  // Whatever failed there failed for want of what the stopped cell would have made.
  if (isBehindStop()) return { name: "Stopped", message: queuedCell, stack: queuedCell };
  // A text that was thrown has no frames, and without them the kernel shows nothing.
  if (name !== ownName) return { name, message, stack: visibleLines(stack || message) };
  return { name, message, stack: message };
}
