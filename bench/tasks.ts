/**
 * `deno task bench:tasks [PYTHON]`: default runs of the tasks, each against its Python peer on the same
 * rows with the same settings. The sides train in turns, seed by seed. What was measured goes into
 * `tasks.json`, which keeps earlier seeds of the same rows and settings.
 *
 *     --task NAME        one data set; repeat for more
 *     --seed N           one seed; repeat for more
 *     --side ours|peer   one side alone: its scores count, its times do not
 *     --train N --test N other numbers of rows
 *     --threads N        threads of each side
 *     --random           Trainer draws its batches at random, as it does unless told
 *     --out FILE         another file of results
 *     --steps            instead: whether both sides take the same steps without dropout
 *     --table            measures nothing, prints the table
 *
 * @module
 */
import os from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { dataSets } from "../datasets/mod.ts";
import { writeFileAtomic } from "../lib/core/atomic.ts";
import type { Sampling } from "./peer_ways.ts";
import { installPeer, rest, type Side, startOurs, startPeer } from "./sides.ts";
import { seeds, type TaskCase, taskCases, taskSettings } from "./task_cases.ts";
import { writeBase, writeRows } from "./task_files.ts";
import { compareSteps, stepsHead, stepsLine } from "./task_steps.ts";
import {
  type SeedTrainings,
  type TaskResult,
  type TaskResults,
  type TaskSide,
  taskTable,
  type TaskTraining,
} from "./task_results.ts";

const { values, positionals: [python] } = parseArgs({
  allowPositionals: true,
  options: {
    task: { type: "string", multiple: true },
    seed: { type: "string", multiple: true },
    side: { type: "string" },
    train: { type: "string" },
    test: { type: "string" },
    threads: { type: "string" },
    random: { type: "boolean", default: false },
    out: { type: "string", default: join(import.meta.dirname!, "tasks.json") },
    steps: { type: "boolean", default: false },
    table: { type: "boolean" },
  },
});
const names = taskCases.map(({ name }) => name);
const wanted = values.task ?? names;
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) refuse(`--task is ${unknown.join(", ")}; there are ${names.join(", ")}`);
const sides = sidesOf(values.side);
if (values.steps && sides.length < 2) refuse("--steps compares both sides; leave out --side");
const sampling: Sampling = values.random ? "random" : "group_by_length";
const threads = count("threads", values.threads) ?? os.availableParallelism();
const chosenSeeds = values.seed?.map((text) => count("seed", text)!) ?? seeds;

let results: TaskResults = await Deno.readTextFile(values.out).then(JSON.parse, () => ({}));
if (!values.table) {
  const folder = await Deno.makeTempDir({ prefix: "tunebook-bench-" });
  try {
    const base = join(folder, "base");
    if (sides.includes("peer")) {
      if (python === undefined) await installPeer("seqeval", "sentence_transformers");
      await writeBase(base);
    }
    if (values.steps) console.log(stepsHead);
    for (const each of taskCases.filter(({ name }) => wanted.includes(name))) {
      // The peer's trainer of pairs draws its own batches.
      if (values.steps && each.scoredBefore) continue;
      const rows = {
        train: count("train", values.train) ?? each.train,
        test: count("test", values.test) ?? each.test,
      };
      await measure({ ...each, ...rows }, folder, base);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
if (!values.steps) console.log(taskTable(results));

/** Trains every seed on the sides that were asked for, and keeps each as soon as it is there. */
async function measure(each: TaskCase, folder: string, base: string): Promise<void> {
  const { name, train, test, scores } = each;
  const file = join(folder, `${name}.json`);
  await writeRows(each, file);
  const { task, columns } = dataSets[name].card;
  const settings = taskSettings();
  const started: Partial<Record<TaskSide, Side>> = {};
  const versions: Record<string, string> = {};
  try {
    for (const side of sides) {
      const own = side === "ours" ? startOurs("our_tasks.ts") : startPeer("peer_tasks.py", python);
      started[side] = own;
      const given = { task, columns, scores, file, base, settings, threads, sampling };
      Object.assign(versions, (await own.ask({ cmd: "setup", ...given })).versions);
    }
    if (values.steps) {
      for (const seed of chosenSeeds) {
        const compared = await compareSteps(started as Record<TaskSide, Side>, folder, seed);
        console.log(stepsLine(`${name}, seed ${seed}`, compared));
      }
      return;
    }
    let result = resultFor(name, { settings, rows: { train, test }, versions });
    if (each.scoredBefore) {
      const before = { ...result.before };
      for (const side of sides) {
        before[side] = (await started[side]!.ask({ cmd: "before" })).scores as Record<
          string,
          number
        >;
      }
      result = { ...result, before };
    }
    for (const seed of chosenSeeds) {
      const trained: Partial<Record<TaskSide, TaskTraining>> = {};
      const [load] = Deno.loadavg();
      for (const side of sides) {
        await rest();
        const training = await started[side]!.ask({ cmd: "train", seed });
        trained[side] = training as unknown as TaskTraining;
        console.error(`${name}, seed ${seed}, ${side}: ${JSON.stringify(training)}`);
      }
      const earlier: SeedTrainings | undefined = result.seeds[seed];
      const inTurns = sides.length > 1;
      result = {
        ...result,
        date: new Date().toISOString().slice(0, 10),
        load: Math.max(load, result.load),
        seeds: { ...result.seeds, [seed]: { ...earlier, ...trained, inTurns } },
      };
      results = { ...results, [name]: result };
      await writeFileAtomic(values.out, JSON.stringify(results, null, 1) + "\n");
    }
  } finally {
    for (const side of Object.values(started)) await side.stop();
  }
}

/** What is known of these rows and settings on this machine, or a fresh result. */
function resultFor(
  name: string,
  { settings, rows, versions }: Pick<TaskResult, "settings" | "rows" | "versions">,
): TaskResult {
  const processor = os.cpus()[0].model.trim();
  const wanted = { settings, rows, processor, threads, sampling };
  const known = results[name];
  const sameAs = ({ settings, rows, processor, threads, sampling }: TaskResult) =>
    JSON.stringify({ settings, rows, processor, threads, sampling }) === JSON.stringify(wanted);
  const own = { deno: Deno.version.deno, ...versions };
  if (known && sameAs(known)) return { ...known, versions: { ...known.versions, ...own } };
  return { ...wanted, date: "", load: 0, versions: own, seeds: {} };
}

function sidesOf(side: string | undefined): readonly TaskSide[] {
  if (side === undefined) return ["ours", "peer"];
  return side === "ours" || side === "peer" ? [side] : refuse(`--side is "${side}"; ours or peer`);
}

function count(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  return refuse(`--${flag} is "${text}", not a whole number above 0`);
}

function refuse(what: string): never {
  console.error(what);
  Deno.exit(2);
}
