/**
 * The mark by which a deployment knows the GGUF files that it may replace.
 *
 * @module
 */
import { readGguf } from "../../core/gguf/read_gguf.ts";
import { exists } from "../../core/exists.ts";
import { TunebookError } from "../../core/errors.ts";
import { ggufTaskKey } from "../../core/task_keys.ts";

/** Whether a place is free, or holds a GGUF file that a deployment wrote. */
export async function writtenByTunebook(path: string): Promise<boolean> {
  if (!await exists(path)) return true;
  return await hasNote(path, false) || await hasNote(path, true);
}

async function hasNote(path: string, isAdapter: boolean): Promise<boolean> {
  try {
    return (await readGguf(path, { isAdapter })).metadata.has(ggufTaskKey);
  } catch (error) {
    if (error instanceof TunebookError) return false;
    throw error;
  }
}
