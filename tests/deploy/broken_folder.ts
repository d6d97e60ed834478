/**
 * Targets that break their folder on purpose.
 *
 * @module
 */
import { join } from "node:path";
import type { DeployTarget } from "tunebook";
import { askReader } from "../../lib/deploy/ask_reader.ts";

// deno-lint-ignore no-explicit-any -- what a JSON file holds
export type Json = any;

/** The target, whose file is changed before it is looked at. */
export function broken(
  target: DeployTarget,
  file: string,
  change: (json: Json) => void,
): DeployTarget {
  return {
    ...target,
    async write(trained, folder) {
      await target.write(trained, folder);
      const path = join(folder, file);
      const json = JSON.parse(await Deno.readTextFile(path));
      change(json);
      await Deno.writeTextFile(path, JSON.stringify(json));
    },
  };
}

/** The target, of which only transformers.js' answers are compared. */
export function answersOnly(target: DeployTarget): DeployTarget {
  return {
    ...target,
    inspect: async (trained, folder, proof) => ({
      settings: 0,
      answers: await askReader(trained.task.reader!, folder, proof, {
        tolerance: 1e-3,
        isRounded: false,
        model: trained.trainable.model,
      }),
    }),
  };
}
