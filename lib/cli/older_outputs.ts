/**
 * What an earlier run has left beside what a run has written, such as `out/finetuned/onnx` where this one deployed
 * other targets.
 *
 * @module
 */
import { dirname, join, relative, resolve } from "node:path";
import { isDeployed } from "../deploy/check_targets.ts";
import { targets } from "../deploy/mod.ts";

/** A folder that is older than what a run has written. */
export interface OlderOutput {
  readonly folder: string;
  readonly writtenAt: Date;
}

/**
 * The folders beside `written` that have the name of a target and hold what a deployment writes, and nothing else.
 *
 * @param written the folders and files of this run
 */
export async function olderOutputs(written: readonly string[]): Promise<OlderOutput[]> {
  const own = new Set(written.map((path) => resolve(path)));
  const parents = new Set([...own].map((path) => dirname(path)));
  const found: OlderOutput[] = [];
  for (const parent of parents) {
    for (const name of Object.keys(targets)) {
      const folder = join(parent, name);
      if (own.has(folder) || !await isDeployed(folder)) continue;
      const { mtime } = await Deno.stat(folder);
      found.push({ folder, writtenAt: mtime ?? new Date(0) });
    }
  }
  return found;
}

/** Says of each that it is not of this run; nothing is removed. */
export function olderInWords(older: readonly OlderOutput[]): string[] {
  return older.map(({ folder, writtenAt }) => {
    const at = writtenAt.toISOString().slice(0, "2026-11-30T22:00".length).replace("T", " ");
    return `note: ${
      relative(Deno.cwd(), folder)
    } is of an earlier run (${at} UTC), not of this one; ` +
      "deploy it again, or remove it";
  });
}
