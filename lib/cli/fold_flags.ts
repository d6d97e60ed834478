/**
 * `deno task finetune --folds`: cross-validates one plan, or selects among several plan files.
 *
 * @module
 */
import { basename } from "node:path";
import { mistakes, TunebookError } from "../core/errors.ts";
import { visibleLines } from "../core/visible.ts";
import { Plan } from "../pipeline/plan.ts";
import type { RunOptions } from "../pipeline/run/run_options.ts";
import { isSearchJson } from "../pipeline/search/search_json.ts";
import type { CandidatePlans } from "../pipeline/select/select.ts";
import type { SelectOptions } from "../pipeline/select/select_options.ts";
import { FlagReader } from "./flag_reader.ts";
import type { Flags } from "./flags.ts";
import { type FlagPlan, jsonOfFile, readFilePlan } from "./plan_of_flags.ts";
import { kebab } from "./train_flags.ts";

/** Flags of folds, which may stand beside plan files. */
export const foldFlags: readonly string[] = [
  "folds",
  "repeats",
  "groups",
  "nested",
  "rule",
  "kept",
];
/** Those that mean something for several plans only. */
const selectionFlags: readonly string[] = ["nested", "rule"];

/**
 * Whether folds are asked for.
 *
 * @throws TunebookError of kind "input" where other flags of folds stand without `--folds`
 */
export function asksForFolds(flags: Flags): boolean {
  if (flags.folds !== undefined) {
    if (flags.resume !== undefined) {
      throw new TunebookError(
        "input",
        "--resume goes on with one training; folds go on where they were with the same --kept FOLDER",
      );
    }
    if (flags.ray === undefined) return true;
    throw new TunebookError(
      "input",
      "--ray sends the training of one plan; folds run here, without it",
    );
  }
  const others = foldFlags.filter((name) => flags[name] !== undefined);
  if (others.length === 0) return false;
  throw mistakes(
    "input",
    "these flags belong to --folds N, which is not given:",
    others.map(dashed),
  );
}

/** The plans of files, each by the name of its file; by the whole path where two have one name. */
export async function plansOfFiles(
  files: readonly string[],
  flags: Flags,
): Promise<Record<string, FlagPlan>> {
  const names = files.map((file) => basename(file).replace(/\.json$/, ""));
  const twice = names.some((name, at) => names.indexOf(name) < at);
  const plans: Record<string, FlagPlan> = {};
  for (const [at, file] of files.entries()) {
    const json = await jsonOfFile(file, flags);
    if (isSearchJson(json)) {
      throw new TunebookError(
        "input",
        `--folds selects among plans, and ${file} is a search; leave out its section "search"`,
      );
    }
    plans[twice ? file : names[at]] = readFilePlan(file, json, Plan.from);
  }
  return plans;
}

/** Cross-validates the one plan, or selects among several, and prints what came of it. */
export async function runOnFolds(
  plans: CandidatePlans,
  flags: Flags,
  run: RunOptions,
): Promise<void> {
  const options = optionsOf(flags);
  const all = Object.entries(plans);
  const [[, first]] = all;
  if (all.length === 1) {
    const extra = selectionFlags.filter((name) => flags[name] !== undefined);
    if (extra.length > 0) {
      throw mistakes("input", "these flags need several plan files:", extra.map(dashed));
    }
    console.error(`${first}\n`);
    const { crossValidate } = await import("../pipeline/select/cross_validate.ts");
    const found = await crossValidate(first, options, run);
    console.log(String(found));
    if (flags.json) console.log(visibleLines(JSON.stringify(found)));
    return;
  }
  for (const [name, plan] of all) console.error(`${name}\n${plan}\n`);
  const { select } = await import("../pipeline/select/select.ts");
  const selection = await select(plans, options, run);
  console.log(String(selection));
  if (selection.result) console.log(`\n${selection.result}`);
  if (flags.json) {
    const { rows, chosen, rule, metric, poolRows, nested, test } = selection;
    console.log(visibleLines(JSON.stringify({
      ...{ metric, rule, chosen: chosen.name, poolRows, rows },
      ...{ nested, test },
    })));
  }
  await selection.dispose();
}

/** What flags say of the folds; the functions themselves look at the values. */
function optionsOf(flags: Flags): SelectOptions {
  const read = new FlagReader(flags);
  const numbers = { folds: read.number("folds"), repeats: read.number("repeats") };
  const nested = read.number("nested");
  if (read.wrong.length > 0) throw mistakes("input", "these flags make no sense:", read.wrong);
  const [groups, rule, folder] = ["groups", "rule", "kept"].map((name) => read.text(name));
  return Object.fromEntries(
    Object.entries({ ...numbers, groups, nested, rule, folder })
      .filter(([, value]) => value !== undefined),
  );
}

function dashed(name: string): string {
  return `--${kebab(name)}`;
}
