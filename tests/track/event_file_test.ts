import assert from "node:assert/strict";
import { join } from "node:path";
import { tensorBoard } from "tunebook";
import { eventRecord, scalarValue, textValue } from "../../lib/track/event_file.ts";
import { goldenPath } from "../models/golden.ts";
import { inFolder } from "../weights/in_folder.ts";

Deno.test("records are TensorBoard's own, byte by byte", async () => {
  const { records } = JSON.parse(await Deno.readTextFile(goldenPath("events.json")));
  const scalars = [["train/loss", 0.125], ["train/learning rate", 1e-3], ["é", NaN]] as const;
  const ours = {
    version: { wallTime: 1796031316.25, fileVersion: "brain.Event:2" },
    scalars: {
      wallTime: 1796031317.5,
      step: 300,
      summary: { value: scalars.map(([tag, value]) => scalarValue(tag, value)) },
    },
    text: {
      wallTime: 1796031316.25,
      summary: { value: [textValue("settings", "| a | b |\n| é | 字 |")] },
    },
  };
  assert.deepEqual(
    Object.fromEntries(
      Object.entries(ours).map(([name, event]) => [name, eventRecord(event).toBase64()]),
    ),
    records,
  );
});

Deno.test("each run has a folder of its own, whatever it is called", () =>
  inFolder(async (folder) => {
    const tracker = tensorBoard(folder);
    for (const name of ["lora on data/moods.csv, 10:30", "another"]) {
      await tracker.begin({ name, settings: { a: "x|y" } });
      await tracker.log({ step: 1, time: 5000, values: { loss: 1 } });
      await tracker.end("finished");
    }
    const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
    assert.deepEqual(names, ["another", "lora on data-moods.csv, 10-30"]);
    const blocked = join(folder, "file");
    await Deno.writeTextFile(blocked, "");
    await assert.rejects(
      tensorBoard(blocked).begin({ name: "a", settings: {} }),
      /cannot be written/,
    );
  }));
