/**
 * The mark by which a deployment knows the GGUF files that it may replace.
 *
 * @module
 */
import { readGguf } from "../../core/gguf/read_gguf.ts";
import { exists } from "../../core/exists.ts";
import { TunebookError } from "../../core/errors.ts";

/** The key with the task that a model was trained for; llama.cpp passes over keys that it does not know. */
export const ggufTaskKey = "tunebook.task";

/** Whether a place is free, or holds a GGUF file that a deployment wrote. */
export async function writtenByTunebook(path: string): Promise<boolean> {
  if (!await exists(path)) return true;
  try {
    return (await readGguf(path)).metadata.has(ggufTaskKey);
  } catch (error) {
    if (error instanceof TunebookError) return false;
    throw error;
  }
}
