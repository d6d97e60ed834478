/**
 * A run in TensorBoard.
 *
 * @module
 */
import { join } from "node:path";
import { messageOf, TunebookError } from "../core/errors.ts";
import { once } from "../core/once.ts";
import type { LoggedEvent } from "./event_file.ts";
import type { Tracker } from "./tracker.ts";

/** Settings of the run, as `tensorboard --logdir` shows them under TEXT. */
const settingsTag = "settings";

/**
 * Writes event files into a folder of its own for each run, `folder/<name of the run>`; `tensorboard --logdir folder`
 * compares them. A run that goes on writes a further file beside the first one's.
 *
 * @example
 * ```ts
 * import { tensorBoard } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const folder = await Deno.makeTempDir();
 * const tracker = tensorBoard(folder);
 * await tracker.begin({ name: "a run", settings: { "train.epochs": "3" } });
 * await tracker.log({ step: 1, time: Date.now(), values: { "train/loss": 0.5 } });
 * await tracker.end("finished");
 * const [{ name }] = await Array.fromAsync(Deno.readDir(`${folder}/a run`));
 * assert.match(name, /^events\.out\.tfevents\./);
 * ```
 */
export function tensorBoard(folder: string): Tracker {
  if (typeof folder !== "string" || folder === "") {
    throw new TunebookError("input", "tensorBoard takes the path of a folder");
  }
  let file = "";
  // Programs that follow nothing do not load the protocol buffers.
  const format = once(() => import("./event_file.ts"));
  const append = async (event: LoggedEvent) => {
    const { eventRecord } = await format();
    await Deno.writeFile(file, eventRecord(event), { append: true });
  };
  return {
    name: `TensorBoard in ${folder}`,
    async begin({ name, settings }) {
      const now = Date.now() / 1000;
      const own = join(folder, name.replaceAll(/[\/\\:*?"<>|]/g, "-"));
      // TensorBoard knows its files by this beginning.
      file = join(own, `events.out.tfevents.${Math.floor(now)}.${Deno.pid}.${crypto.randomUUID()}`);
      const rows = Object.entries(settings).map(([key, value]) =>
        `| ${key} | ${value.replaceAll("|", "\\|").replaceAll(/\s+/g, " ")} |`
      );
      const table = ["| setting | value |", "| --- | --- |", ...rows].join("\n");
      try {
        await Deno.mkdir(own, { recursive: true });
        const { textValue } = await format();
        await append({ wallTime: now, fileVersion: "brain.Event:2" });
        await append({ wallTime: now, summary: { value: [textValue(settingsTag, table)] } });
      } catch (error) {
        throw new TunebookError("output", `${own} cannot be written: ${messageOf(error)}`, {
          cause: error,
        });
      }
    },
    async log({ step, time, values }) {
      const { scalarValue } = await format();
      const value = Object.entries(values).map(([name, each]) => scalarValue(name, each));
      await append({ wallTime: time / 1000, step, summary: { value } });
    },
    end: () => Promise.resolve(),
  };
}
