import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { Trial } from "../../../lib/search/history.ts";
import { openSearch } from "../../../lib/search/open_search.ts";
import { randomSearch } from "../../../lib/search/samplers/random_search.ts";
import { tpe } from "../../../lib/search/samplers/tpe.ts";
import { startSearch } from "../../../lib/search/search.ts";
import { choice } from "../../../lib/search/space/choice.ts";
import { float } from "../../../lib/search/space/float.ts";
import { int } from "../../../lib/search/space/int.ts";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { openShared, valueOf } from "./search_process.ts";

const script = fileURLToPath(new URL("search_process.ts", import.meta.url));

function startProcess(file: string, trials: number) {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-check", script, file, String(trials)],
    stdout: "piped",
  }).spawn();
}

/** The numbers of the trials that a process has told. */
async function toldBy(process: Deno.ChildProcess): Promise<number[]> {
  const { stdout } = await process.output();
  return new TextDecoder().decode(stdout).split("\n").slice(0, -1).map(Number);
}

/** Every number once, every trial ended once, and with the value of its own point. */
function assertWhole(trials: readonly Trial[], told: readonly number[]): void {
  assert.deepEqual(trials.map(({ number }) => number), trials.map((_, at) => at));
  const ends = trials.map(({ ended }) => ended!).sort((a, b) => a - b);
  assert.deepEqual(ends, trials.map((_, at) => at));
  for (const { point, values, reports } of trials) {
    assert.deepEqual(values, [valueOf(point as { x: number; n: number })]);
    assert.equal(reports.length, 1);
  }
  assert.equal(new Set(told).size, told.length, "a trial was told twice");
}

Deno.test("a search in a file suggests what one in memory does, whenever it is opened again", () =>
  // deno-lint-ignore require-await
  inFolder(async (folder) => {
    const file = `${folder}/search.sqlite`;
    const memory = startSearch({ x: float(0, 1), n: int(1, 9) }, {
      better: "lower",
      sampler: tpe(),
      seed: 3,
    });
    for (let trial = 0; trial < 16; trial++) {
      using kept = openShared(file);
      const [asked, expected] = [kept.ask()!, memory.ask()!];
      assert.deepEqual(asked, expected);
      if (trial % 5 === 4) { for (const each of [kept, memory]) each.fail(trial); }
      else for (const each of [kept, memory]) each.tell(trial, valueOf(asked.suggestion));
    }
    using kept = openShared(file);
    assert.deepEqual(kept.history, JSON.parse(JSON.stringify(memory.history)));
    assert.equal(kept.best!.number, memory.best!.number);
  }));

Deno.test("killed at any moment, no trial is lost or doubled", () =>
  inFolder(async (folder) => {
    const [file, trials] = [`${folder}/search.sqlite`, 40];
    const told: number[] = [];
    for (let kill = 0; kill < 4; kill++) {
      const process = startProcess(file, trials);
      // It has begun; some milliseconds later it is in the midst of something.
      const reader = process.stdout.getReader();
      const { value } = await reader.read();
      await new Promise((resolve) => setTimeout(resolve, 7 * kill));
      process.kill("SIGKILL");
      let text = new TextDecoder().decode(value);
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        text += new TextDecoder().decode(next.value);
      }
      told.push(...text.split("\n").slice(0, -1).map(Number));
      await process.status;
    }
    assert.ok(told.length < trials, "it was not killed before its end");
    told.push(...await toldBy(startProcess(file, trials)));
    using search = openShared(file);
    assert.equal(search.history.trials.length, trials);
    assertWhole(search.history.trials, told);
  }));

Deno.test("two processes on one file share the trials", () =>
  inFolder(async (folder) => {
    const [file, trials] = [`${folder}/search.sqlite`, 60];
    const told = await Promise.all([1, 2].map(() => toldBy(startProcess(file, trials))));
    using search = openShared(file);
    // The last one that each has asked for comes to its end.
    assert.ok([trials, trials + 1].includes(search.history.trials.length));
    assert.ok(told.every((each) => each.length > 0), "one process did all of it");
    assertWhole(search.history.trials, told.flat());
  }));

Deno.test("a file that another process is making is waited for", () =>
  inFolder(async (folder) => {
    const file = `${folder}/search.sqlite`;
    const maker = new Deno.Command(Deno.execPath(), {
      args: [
        "eval",
        `
        import { DatabaseSync } from "node:sqlite";
        const database = new DatabaseSync(${JSON.stringify(file)});
        database.exec("BEGIN EXCLUSIVE; CREATE TABLE other (x)");
        console.log("making");
        setTimeout(() => database.exec("COMMIT"), 200);
      `,
      ],
      stdout: "piped",
    }).spawn();
    const reader = maker.stdout.getReader();
    await reader.read();
    using search = openShared(file);
    assert.equal(search.ask()!.number, 0);
    await reader.cancel();
    await maker.status;
  }));

Deno.test("a trial of a process that gives no sign is run by another, and told once", () =>
  inFolder(async (folder) => {
    const open = () =>
      openSearch({ x: float(0, 1) }, {
        file: `${folder}/search.sqlite`,
        better: "lower",
        sampler: randomSearch(),
        staleSeconds: 1,
      });
    using silent = open();
    const { number, suggestion } = silent.ask()!;
    // A process that is blocked gives no sign.
    const until = performance.now() + 1200;
    while (performance.now() < until);
    using other = open();
    assert.equal(silent.owns(number), true);
    assert.deepEqual(other.ask(), { number, suggestion });
    assert.deepEqual([silent.owns(number), other.owns(number)], [false, true]);
    assert.throws(() => silent.tell(number, 1), isMistake("input", /is run by another process/));
    // Whoever gives signs keeps its trials.
    await new Promise((resolve) => setTimeout(resolve, 1200));
    assert.equal(silent.ask()!.number, number + 1);
    other.tell(number, 2);
    assert.deepEqual(other.best!.values, [2]);
    assert.deepEqual([other.owns(number), other.owns(99)], [false, false]);
  }));

Deno.test("another search in the same file, and a file that is none, are refused", () =>
  inFolder(async (folder) => {
    const file = `${folder}/search.sqlite`;
    openShared(file)[Symbol.dispose]();
    assert.throws(() => openShared(file, 4), isMistake("input", /another search: seed differs/));
    const open = (...models: string[]) =>
      openSearch({ model: choice(...models) }, {
        ...{ file: `${folder}/models.sqlite`, better: "lower", sampler: randomSearch() },
      });
    open("small", "large")[Symbol.dispose]();
    assert.throws(
      () => open("small", "huge"),
      isMistake("input", /another search: dimensions differs/),
    );
    await Deno.writeTextFile(
      `${folder}/none`,
      "this is no database at all, only a text".repeat(99),
    );
    assert.throws(() => openShared(`${folder}/none`), isMistake("output", /cannot be kept in/));
    assert.throws(
      () => openShared(`${folder}/no/none`),
      isMistake("output", /there is no folder .*\/no; make it/),
    );
  }));
