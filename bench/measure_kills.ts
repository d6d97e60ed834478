/**
 * Kills a search over plans again and again, and looks at what its file has kept:
 * `deno run -A bench/measure_kills.ts --kills 30 --processes 1`. Each kill is SIGKILL to all processes at a moment by
 * chance. With one process the history has to be that of a search that nobody killed.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import assert from "node:assert/strict";
import { readSearch } from "tunebook";
import { timeless, tinySearch } from "../tests/pipeline/search/tiny_search.ts";
import { tinyModel } from "../tests/pipeline/tiny.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    kills: { type: "string", default: "30" },
    processes: { type: "string", default: "1" },
    trials: { type: "string", default: "60" },
  },
});
const [kills, processes, trials] = [values.kills, values.processes, values.trials].map(Number);
/** Milliseconds after the processes have begun trials, at most. */
const mostPatience = 600;
const [script, config] = ["../tests/pipeline/search/tiny_search.ts", "../deno.json"].map((path) =>
  fileURLToPath(new URL(path, import.meta.url))
);

const folder = await Deno.makeTempDir();
const [base, file] = [await tinyModel(folder), join(folder, "search.sqlite")];

function start(): Deno.ChildProcess {
  const args = ["run", "--allow-all", "--no-check", "--config", config];
  return new Deno.Command(Deno.execPath(), {
    args: [...args, script, base, file, String(trials)],
    ...{ stdout: "null", stderr: "null" },
  }).spawn();
}

const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));
const ended = () => {
  try {
    return readSearch(file).history.trials.filter(({ state }) => state !== "pending");
  } catch {
    return [];
  }
};

const kept: string[] = [];
let count = 0;
for (; count < kills && ended().length < trials; count++) {
  const before = ended().length;
  const begun = Array.from({ length: processes }, start);
  while (ended().length === before) await pause(20);
  await pause(Math.random() * mostPatience);
  for (const each of begun) each.kill("SIGKILL");
  await Promise.all(begun.map(({ status }) => status));
  // What had ended before is there as it was, whatever came after it.
  const now = timeless(readSearch(file).history).map((trial) => JSON.stringify(trial));
  const all = ended();
  for (const [at, text] of kept.entries()) if (text !== undefined) assert.equal(now[at], text);
  for (const { number } of all) kept[number] = now[number];
}
const last = await Promise.all(Array.from({ length: processes }, start).map((each) => each.status));
assert.ok(last.every(({ success }) => success));
const { history, attempts } = readSearch(file);
assert.deepEqual(history.trials.map(({ number }) => number), [...Array(trials).keys()]);
assert.ok(history.trials.every(({ state }) => state === "complete"));
const told = attempts.filter(({ state }) => state === "ended").map(({ number }) => number);
assert.deepEqual(told.sort((a, b) => a - b), [...Array(trials).keys()]);
let same = "";
if (processes === 1) {
  const whole = await tinySearch(base, { budget: { trials } }).run({ quiet: true });
  assert.deepEqual(timeless(history), timeless(whole.history));
  same = ", the history of a search that nobody killed";
}
console.log(
  `${count} kills of ${processes} process${
    processes === 1 ? "" : "es"
  }: ${trials} trials, each ended once, ` +
    `${attempts.filter(({ state }) => state !== "ended").length} attempts lost${same}`,
);
await Deno.remove(folder, { recursive: true });
