import assert from "node:assert/strict";
import { join } from "node:path";
import { accuracy, type DeployTarget, head, model } from "tunebook";
import { inFolder } from "../../weights/in_folder.ts";
import { moods, tinyModel } from "../tiny.ts";

/** A target that meets a full disk. */
function onFullDisk(folder: string): DeployTarget {
  return {
    name: "full",
    folder,
    tolerance: 0,
    write: () => Promise.reject(new Error("No space left on device (os error 28)")),
    reopen: () => assert.fail("nothing was written"),
  };
}

/** The lines of a run that fails, and its message. */
async function failedRun(folder: string, quiet: boolean) {
  const lines: string[] = [];
  const write = console.error;
  console.error = (line: string) => lines.push(line);
  try {
    const error = await model(await tinyModel(join(folder, "base")))
      .data(moods(40), { text: "text", label: "mood" }).adapt(head()).train({ epochs: 1 })
      .evaluate({ accuracy }).deploy(onFullDisk(join(folder, "out"))).run({ quiet })
      .then(() => assert.fail("it ran"), (error: Error) => error);
    return { lines, message: error.message };
  } finally {
    console.error = write;
  }
}

Deno.test("the scores of a finished training are printed before anything is written", () =>
  inFolder(async (folder) => {
    const { lines, message } = await failedRun(folder, false);
    assert.match(lines.at(-1)!, /^scores on held-out rows\n {2}accuracy +0\.\d{4}$/);
    assert.match(message, /No space left on device/);
  }));

Deno.test("a run that prints nothing says its scores in the error", () =>
  inFolder(async (folder) => {
    const { lines, message } = await failedRun(folder, true);
    assert.deepEqual(lines, []);
    assert.match(
      message,
      /No space left on device[^]*Scores on held-out rows:\n {2}accuracy +0\.\d{4}/,
    );
  }));
