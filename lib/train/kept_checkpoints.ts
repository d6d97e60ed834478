/**
 * Checkpoints that stay when the next one is written, each in a folder of its own.
 *
 * @module
 */
import { join } from "node:path";
import { messageOf, TunebookError } from "../core/errors.ts";
import { checkpointFile } from "./checkpoint.ts";

const prefix = "step-";

/** Copies the checkpoint of a folder to `step-<step>` within it, from where a run can go on as well. */
export async function keepCheckpoint(folder: string, step: number): Promise<void> {
  const kept = join(folder, `${prefix}${step}`);
  try {
    await Deno.mkdir(kept, { recursive: true });
    await Deno.copyFile(join(folder, checkpointFile), join(kept, checkpointFile));
  } catch (error) {
    throw new TunebookError("output", `cannot keep a checkpoint in ${kept}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** The folders that `keepCheckpoint` made, the first steps first. */
export async function keptFolders(folder: string): Promise<string[]> {
  const steps: number[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      const step = Number(name.slice(prefix.length));
      if (name.startsWith(prefix) && Number.isSafeInteger(step)) steps.push(step);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return steps.sort((a, b) => a - b).map((step) => join(folder, `${prefix}${step}`));
}
