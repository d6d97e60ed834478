import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { readSearch } from "../../../lib/search/store/read_search.ts";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { moods, tinyModel } from "../tiny.ts";
import { timeless, tinySearch } from "./tiny_search.ts";

const [script, config] = ["tiny_search.ts", "../../../deno.json"].map((path) =>
  fileURLToPath(new URL(path, import.meta.url))
);

/** A process that works on the search; its lines tell of trials that have ended. */
function startProcess(base: string, file: string, trials: number) {
  return new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--allow-all", "--no-check", "--config", config],
      ...[script, base, file, String(trials)],
    ],
    stdout: "null",
    stderr: "piped",
  }).spawn();
}

/** Waits until the file has a trial in this state. */
async function until(
  file: string,
  isReached: (history: ReturnType<typeof readSearch>["history"]) => boolean,
) {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const history = await Deno.stat(file).then(() => readSearch(file).history).catch(() =>
      undefined
    );
    if (history && isReached(history)) return;
  }
}

Deno.test("a search that is killed goes on to the same history", () =>
  inFolder(async (folder) => {
    const base = await tinyModel(folder);
    const file = join(folder, "search.sqlite");
    const process = startProcess(base, file, 4);
    await until(file, ({ trials }) => trials.at(-1)?.number === 1 && trials[1].reports.length > 0);
    process.kill("SIGKILL");
    await process.output();
    assert.ok(readSearch(file).history.trials.length < 4);
    const budget = { trials: 4 };
    const again = await tinySearch(base, { file, budget }).run({ quiet: true });
    const whole = await tinySearch(base, { budget }).run({ quiet: true });
    assert.deepEqual(timeless(again.history), timeless(whole.history));
    assert.equal(again.best.number, whole.best.number);
  }));

Deno.test("two processes share the trials of a search", () =>
  inFolder(async (folder) => {
    const base = await tinyModel(folder);
    const file = join(folder, "search.sqlite");
    const trials = 6;
    const process = startProcess(base, file, trials);
    const { trials: seen } = await tinySearch(base, { file, budget: { trials } })
      .run({ quiet: true });
    // It chose among all, also those that the other process ended last.
    assert.deepEqual(seen.map(({ state }) => state), Array(trials).fill("complete"));
    const { code } = await process.output();
    assert.equal(code, 0);
    const { trials: all } = readSearch(file).history;
    assert.deepEqual(
      all.map(({ number }) => number),
      Array.from({ length: trials }, (_, at) => at),
    );
    assert.deepEqual(all.map(({ ended }) => ended!).sort(), all.map((_, at) => at));
    assert.ok(all.every(({ state }) => state === "complete"));
  }));

Deno.test("a search that is stopped keeps what has ended, and its trial for the next", () =>
  inFolder(async (folder) => {
    const base = await tinyModel(folder);
    const file = join(folder, "search.sqlite");
    const controller = new AbortController();
    const stop = (after: number) => ({
      name: "stopping",
      settings: {},
      shouldPrune(_: unknown, number: number) {
        if (number === after) controller.abort();
        return false;
      },
    });
    const budget = { trials: 3 };
    const stopped = await tinySearch(base, { file, budget, pruner: stop(1) })
      .run({ quiet: true, signal: controller.signal });
    assert.equal(stopped.stopped, true);
    assert.equal(stopped.best.number, 0);
    assert.deepEqual(stopped.trials.map(({ state }) => state), ["complete", "pending"]);
    const again = await tinySearch(base, { file, budget }).run({ quiet: true });
    const whole = await tinySearch(base, { budget }).run({ quiet: true });
    assert.deepEqual(timeless(again.history), timeless(whole.history));
    await assert.rejects(
      tinySearch(base, { budget }).run({ quiet: true, signal: controller.signal }),
      isMistake("interrupted"),
    );
  }));

Deno.test("a process that loses its trial goes on with the next one", () =>
  inFolder(async (folder) => {
    const base = await tinyModel(folder);
    const file = join(folder, "search.sqlite");
    let trial = -1;
    /** Gives the second trial to another process after its first step, as one that slept would lose it. */
    const thief = {
      name: "a thief",
      begin: () => Promise.resolve(void trial++),
      log() {
        if (trial === 1) {
          const database = new DatabaseSync(file);
          database.exec(
            `UPDATE trials SET owner = 'other', host = 'elsewhere', seen = ${Date.now() + 1e9} ` +
              "WHERE number = 1",
          );
          database.close();
        }
        return Promise.resolve();
      },
      end: () => Promise.resolve(),
    };
    const found = await tinySearch(base, { file, budget: { trials: 4 } })
      .run({ quiet: true, trackers: [thief] });
    assert.deepEqual(found.trials.map(({ state }) => state), [
      "complete",
      "pending",
      "complete",
      "complete",
    ]);
    assert.match(found.notes[0], /^trial 1 went to another process/);
    // What it had reported to the other process stays that one's own.
    assert.deepEqual(found.history.trials[1].reports, []);
  }));

Deno.test("a file takes no trials of other rows", () =>
  inFolder(async (folder) => {
    const base = await tinyModel(folder);
    const file = join(folder, "search.sqlite");
    const budget = { trials: 1 };
    await tinySearch(base, { file, budget }).run({ quiet: true });
    await assert.rejects(
      tinySearch(base, { file, budget }, { rows: moods(48, 7) }).run({ quiet: true }),
      isMistake("input", "the training rows, the validation rows differ"),
    );
  }));

Deno.test("minutes are those of the search, of all its starts", () =>
  inFolder(async (folder) => {
    const base = await tinyModel(folder);
    const file = join(folder, "search.sqlite");
    const run = (minutes: number) =>
      tinySearch(base, { file, budget: { minutes, trials: 2 } }).run({ quiet: true });
    assert.equal((await run(10)).trials.length, 2);
    const { attempts } = readSearch(file);
    const milliseconds = attempts.reduce((sum, { began, until }) => sum + until - began, 0);
    // All of it is used up, so that nothing begins; ten minutes are not.
    const again = await tinySearch(base, { file, budget: { minutes: milliseconds / 2 / 60_000 } })
      .run({ quiet: true });
    assert.equal(again.trials.length, 2);
    assert.match(
      again.notes[0],
      /minutes of the search were used up before; a larger budget goes on/,
    );
    const more = await tinySearch(base, { file, budget: { minutes: 10, trials: 3 } })
      .run({ quiet: true });
    assert.deepEqual([more.trials.length, more.notes], [3, ["3 trials were run"]]);
  }));
