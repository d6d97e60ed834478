/**
 * The processes that were launched together with this one.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { launched } from "../core/launched.ts";
import { type MpiGroup, openMpi } from "./open_mpi.ts";
import type { ProcessGroup } from "./process_group.ts";

/** Seconds that a process waits for the others: reading and opening takes some longer than others. */
const waitVariable = "TUNEBOOK_WAIT_SECONDS";
const usualWait = 1800;

let opened: MpiGroup | undefined;
let hasFailed = false;

/**
 * Joins the processes that `mpirun` or `srun` has launched; undefined where this process is alone. They are joined
 * once in the life of a process, and left at its end.
 *
 * Throws an error of kind "unsupported" where there is no Open MPI, and of kind "input" where a launcher's variables
 * make no sense.
 */
export function processGroupHere(): ProcessGroup | undefined {
  if (opened) return opened;
  const found = launched();
  if (!found) return undefined;
  opened = openMpi(found, waitSeconds());
  globalThis.addEventListener("unload", leave);
  return opened;
}

/** Says that this process does not end as it should: its launcher then ends the others. */
export function failedHere(): void {
  hasFailed = true;
}

/** A process that fails must not wait for the others, who wait for it. */
function leave(): void {
  if (!hasFailed && Deno.exitCode === 0) opened!.close();
}

function waitSeconds(): number {
  const text = Deno.env.get(waitVariable);
  const seconds = Number(text ?? usualWait);
  if (seconds > 0 && seconds < 2 ** 31 / 1000) return seconds;
  throw new TunebookError(
    "input",
    `${waitVariable} must be a number of seconds above 0, not "${text}"`,
  );
}
