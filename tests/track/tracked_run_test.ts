import assert from "node:assert/strict";
import { join } from "node:path";
import { accuracy, head, jsonLines, model, readTable, type Tracker } from "tunebook";
import { interruption } from "../../lib/core/interruption.ts";
import { trackedSettings } from "../../lib/pipeline/run/tracked_settings.ts";
import { trackedRun } from "../../lib/pipeline/run/tracked_run.ts";
import { moods, tinyModel } from "../pipeline/tiny.ts";
import { inFolder } from "../weights/in_folder.ts";

const about = () => ({ name: "a run", settings: {} });
const scored = { scores: { accuracy: 0.5 }, losses: [1, 2] };

Deno.test("a run is followed from its settings to its scores", () =>
  inFolder(async (folder) => {
    const file = join(folder, "runs", "run.jsonl");
    const plan = model(await tinyModel(join(folder, "base")))
      .data(moods(40), { text: "text", label: "mood", test: 10, validation: 10 })
      .adapt(head())
      .train({ epochs: 2, batchSize: 10, seed: 4 })
      .evaluate({ accuracy });
    const result = await plan
      .run({ quiet: true, trackers: [jsonLines(file)], name: "moods" });
    // Without a name the method, the rows and the time tell runs apart.
    const { name } = trackedSettings(plan.spec, undefined);
    assert.match(name, /^head on 40 rows, \d{4}-/);
    const lines = (await Deno.readTextFile(file)).trim().split("\n").map((line) =>
      JSON.parse(line)
    );
    const [{ event, run, settings }] = lines;
    assert.deepEqual([event, run], ["begin", "moods"]);
    assert.equal(settings["train.seed"], "4");
    assert.equal(settings["method.name"], "head");
    assert.equal(settings["task.label"], "mood");
    const losses = lines.flatMap((line) => line["train/loss"] ?? []);
    assert.deepEqual(losses, result.losses);
    const validations = lines.flatMap((line) => line["validation/accuracy"] ?? []);
    assert.deepEqual(validations, result.validations.map(({ score }) => score));
    assert.equal(validations.length, 2);
    assert.equal(lines.at(-2)["test/accuracy"], result.scores.accuracy);
    assert.deepEqual([lines.at(-1).event, lines.at(-1).how], ["end", "finished"]);
    // What comes after goes on in the same file, and numbers that are none are texts.
    const tracker = jsonLines(file);
    await tracker.begin(about());
    await tracker.log({ step: 1, time: 0, values: { loss: NaN, other: -Infinity } });
    const table = await readTable(file);
    assert.equal(table.numRows(), lines.length + 2);
    assert.deepEqual([...table.array("loss")].at(-1), "NaN");
    assert.deepEqual([...table.array("other")].at(-1), "-Infinity");
  }));

Deno.test("a tracker that cannot begin ends the run before it, and the others are told", async () => {
  const seen: string[] = [];
  const good: Tracker = {
    name: "good",
    begin: () => Promise.resolve(void seen.push("begin")),
    log: () => Promise.resolve(void seen.push("log")),
    end: (how) => Promise.resolve(void seen.push(how)),
  };
  const bad: Tracker = { ...good, begin: () => Promise.reject(new Error("no room")) };
  const work = () => Promise.resolve(void seen.push("work")).then(() => scored);
  await assert.rejects(trackedRun([good, bad], about, work), /no room/);
  assert.deepEqual(seen, ["begin", "failed"]);
  const file = join(await Deno.makeTempDir(), "a file");
  await Deno.writeTextFile(file, "");
  await assert.rejects(jsonLines(join(file, "run.jsonl")).begin(about()), (error: Error) => {
    assert.match(error.message, /run\.jsonl cannot be written/);
    return true;
  });
});

Deno.test("a tracker that fails later is told once and left, and the run goes on", async () => {
  const told: string[] = [];
  const before = console.error;
  console.error = (line: string) => void told.push(line);
  const seen: number[] = [];
  let logged = 0;
  try {
    const failing: Tracker = {
      name: "a server",
      begin: () => Promise.resolve(),
      log: () => ++logged > 1 ? Promise.reject(new Error("it is away")) : Promise.resolve(),
      end: () => Promise.reject(new Error("never asked")),
    };
    const slow: Tracker = {
      name: "slow",
      begin: () => Promise.resolve(),
      log: async ({ step }) => {
        await new Promise((go) => setTimeout(go, 5 - step));
        seen.push(step);
      },
      end: () => Promise.resolve(),
    };
    const result = await trackedRun([failing, slow], about, (tracking) => {
      for (const step of [1, 2, 3]) tracking.validation({ step, score: 1 }, "f1");
      return Promise.resolve(scored);
    });
    assert.equal(result, scored);
  } finally {
    console.error = before;
  }
  assert.deepEqual(told, ["warning: a server follows the run no longer: it is away"]);
  assert.equal(logged, 2);
  // In their order, all of them, and the scores at the last step.
  assert.deepEqual(seen, [1, 2, 3, 2]);
});

Deno.test("how a run ended is told", async () => {
  const ends: string[] = [];
  const tracker: Tracker = {
    name: "ends",
    begin: () => Promise.resolve(),
    log: () => Promise.resolve(),
    end: (how) => Promise.resolve(void ends.push(how)),
  };
  await assert.rejects(trackedRun([tracker], about, () => Promise.reject(interruption())));
  await assert.rejects(trackedRun([tracker], about, () => Promise.reject(new Error("full disk"))));
  await trackedRun([tracker], about, () => Promise.resolve(scored));
  assert.deepEqual(ends, ["stopped", "failed", "finished"]);
});
