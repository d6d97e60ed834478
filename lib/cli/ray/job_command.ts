/**
 * What a job on a node runs.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { programAddress } from "../../core/program_address.ts";
import type { TrialOrder } from "../../pipeline/search/run_one_trial.ts";
import type { Flags } from "../flags.ts";
import { kebab } from "../train_flags.ts";

/** Flags beside a plan that the job's own command gets. */
const passedOn: readonly string[] = [
  ...["resume", "json", "device", "precision", "offloadMegabytes"],
  ...["tensorboard", "mlflow", "jsonLines", "runName"],
];
/** The plan's name in the package; no file of a person has it. */
export const planFile = "tunebook_plan.json";

/** This program, as a node runs it: a package by its address, a checkout at the same path. */
export function ownProgram(): string {
  const url = programAddress("finetune", new URL("../finetune.ts", import.meta.url).href);
  return url.startsWith("file:") ? fileURLToPath(url) : url;
}

/**
 * The line for the node's shell. Ray removes the folder in which it unpacks a package; what a run writes is to stay.
 */
export function commandOf({ folder, key, program, flags }: {
  readonly folder: string | undefined;
  readonly key: string;
  readonly program: string;
  readonly flags: Flags;
}): string {
  const place = folder === undefined ? `"$HOME"/tunebook/${key}` : quoted(`${folder}/${key}`);
  return `folder=${place} && mkdir -p "$folder" && cp -R . "$folder" && cd "$folder" && ` +
    programLine(program, passedFlags(flags));
}

/** The line of a trial, which writes no files, so that all of a node run in the folder that Ray unpacks. */
export function trialCommandOf({ order, program, flags }: {
  readonly order: TrialOrder;
  readonly program: string;
  readonly flags: Flags;
}): string {
  const { resume: _, json: __, ...others } = flags;
  return programLine(program, [
    ...["--trial", quoted(JSON.stringify(order))],
    ...passedFlags(others),
  ]);
}

function programLine(program: string, others: readonly string[]): string {
  const run = ["env", "-u", "INIT_CWD", "deno", "run", "--allow-all", quoted(program), planFile];
  return `exec ${[...run, ...others].join(" ")}`;
}

function passedFlags(flags: Flags): string[] {
  return passedOn.flatMap((name) => {
    const value = flags[name];
    if (value === undefined) return [];
    return value === true ? [`--${kebab(name)}`] : [`--${kebab(name)}`, quoted(String(value))];
  });
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
