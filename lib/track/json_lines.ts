/**
 * A run as JSON Lines: for `jq`, for a table of one's own, for every tool that has no reader of its own.
 *
 * @module
 */
import { dirname } from "node:path";
import { messageOf, TunebookError } from "../core/errors.ts";
import type { TrackedValues, Tracker } from "./tracker.ts";

/**
 * Appends a line for the beginning of a run, `{"event":"begin","run":…,"settings":{…}}`, one for each step, validation
 * and score, `{"event":"values","step":…,"train/loss":…}`, and one for the end. Numbers that are none are the texts
 * "NaN", "Infinity" and "-Infinity". `readTable` reads the file.
 *
 * @example
 * ```ts
 * import { jsonLines } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const file = `${await Deno.makeTempDir()}/run.jsonl`;
 * const tracker = jsonLines(file);
 * await tracker.begin({ name: "a run", settings: { "train.epochs": "3" } });
 * await tracker.log({ step: 1, time: Date.now(), values: { "train/loss": 0.5 } });
 * await tracker.end("finished");
 * const lines = (await Deno.readTextFile(file)).trim().split("\n");
 * assert.equal(JSON.parse(lines[1])["train/loss"], 0.5);
 * ```
 */
export function jsonLines(file: string): Tracker {
  if (typeof file !== "string" || file === "") {
    throw new TunebookError("input", "jsonLines takes the path of a file");
  }
  const append = async (event: string, more: Readonly<Record<string, unknown>>) => {
    const line = JSON.stringify(
      { event, time: new Date().toISOString(), ...more },
      (_, value) => typeof value === "number" && !Number.isFinite(value) ? String(value) : value,
    );
    await Deno.writeTextFile(file, `${line}\n`, { append: true });
  };
  return {
    name: `JSON Lines in ${file}`,
    async begin({ name, settings }) {
      try {
        await Deno.mkdir(dirname(file), { recursive: true });
        await append("begin", { run: name, settings });
      } catch (error) {
        throw new TunebookError("output", `${file} cannot be written: ${messageOf(error)}`, {
          cause: error,
        });
      }
    },
    log: ({ step, time, values }: TrackedValues) =>
      append("values", { time: new Date(time).toISOString(), step, ...values }),
    end: (how) => append("end", { how }),
  };
}
