/**
 * What the flags of `--ray` say.
 *
 * @module
 */
import { isAbsolute } from "node:path";
import { mistakes, TunebookError } from "../../core/errors.ts";
import { launched } from "../../core/launched.ts";
import { FlagReader } from "../flag_reader.ts";
import type { Flags } from "../flags.ts";
import { kebab } from "../train_flags.ts";
import { ownProgram } from "./job_command.ts";

/** Where and with what jobs run. */
export interface RayOptions {
  /** Where folders of jobs lie on the nodes. */
  readonly folder: string | undefined;
  readonly program: string;
  /** More files that travel along. */
  readonly files: readonly string[];
  readonly cpus?: number;
  readonly gpus?: number;
  /** How many trials are jobs at once. */
  readonly jobs?: number;
}

/** Reads the flags; throws an error of kind "input" with every one that makes no sense. */
export function rayOptionsOf(flags: Flags): RayOptions {
  const { launcher } = launched() ?? {};
  if (launcher) {
    throw new TunebookError("input", `--ray submits jobs: run it by itself, not by ${launcher}`);
  }
  const read = new FlagReader(flags);
  const [cpus, gpus] = [read.number("rayCpus"), read.number("rayGpus")];
  const [folder, program] = [read.text("rayFolder"), read.text("rayProgram") ?? ownProgram()];
  if (folder !== undefined && !isAbsolute(folder)) {
    read.wrong.push(`--ray-folder is ${folder}, but must be an absolute path on the nodes`);
  }
  for (const [name, value] of Object.entries({ rayCpus: cpus, rayGpus: gpus })) {
    if (value !== undefined && !(value >= 0 && Number.isFinite(value))) {
      read.wrong.push(`--${kebab(name)} must be a number from 0`);
    }
  }
  const jobs = read.number("rayJobs");
  if (jobs !== undefined && !(Number.isSafeInteger(jobs) && jobs > 0)) {
    read.wrong.push("--ray-jobs must be a whole number from 1");
  }
  if (read.wrong.length > 0) throw mistakes("input", "these flags make no sense:", read.wrong);
  return {
    folder,
    program,
    files: read.list("rayFiles") ?? [],
    ...(cpus === undefined ? {} : { cpus }),
    ...(gpus === undefined ? {} : { gpus }),
    ...(jobs === undefined ? {} : { jobs }),
  };
}
