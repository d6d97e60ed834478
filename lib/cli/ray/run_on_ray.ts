/**
 * `deno task finetune … --ray http://head:8265`: runs a plan as a job of a Ray cluster.
 *
 * @module
 */
import { isAbsolute } from "node:path";
import { messageOf, mistakes, TunebookError } from "../../core/errors.ts";
import { launched } from "../../core/launched.ts";
import { programAddress } from "../../core/program_address.ts";
import { fileURLToPath } from "node:url";
import { followJob, isOver } from "../../parallel/ray/follow_job.ts";
import { openRayCluster, type RayCluster } from "../../parallel/ray/ray_cluster.ts";
import { digest, rayPackage } from "../../parallel/ray/ray_package.ts";
import type { PlanJson } from "../../pipeline/plan_json.ts";
import { FlagReader } from "../flag_reader.ts";
import type { Flags } from "../flags.ts";
import { kebab } from "../train_flags.ts";
import { namedFiles } from "./named_files.ts";

/** Flags beside a plan that the job's own command gets. */
const passedOn: readonly string[] = [
  ...[
    "resume",
    "json",
    "device",
    "precision",
    "offloadMegabytes",
    "tensorboard",
    "mlflow",
    "jsonLines",
    "runName",
  ],
];
/** The plan's name in the package; no file of a person has it. */
const planFile = "tunebook_plan.json";
/** Seconds from SIGTERM to SIGKILL: a step and its checkpoint, where Ray gives 3. */
const stopSeconds = "120";

/** Submits a plan and follows the job to its end; a job of the same plan that still runs is followed instead. */
export async function runOnRay(plan: { toJSON(): PlanJson }, flags: Flags): Promise<void> {
  const { folder, files: more, program, ...resources } = optionsOf(flags);
  const { launcher } = launched() ?? {};
  if (launcher) {
    throw new TunebookError("input", `--ray submits one job: run it by itself, not by ${launcher}`);
  }
  const json = plan.toJSON();
  const { resume: _, ...train } = json.train;
  const files = new Map(await namedFiles(json, more));
  files.set(planFile, new TextEncoder().encode(JSON.stringify({ ...json, train })));
  const { name, content } = await rayPackage(files);
  const key = await digest(content);
  const cluster = await openRayCluster(String(flags.ray));
  const earlier = (await cluster.jobs()).filter(({ id }) => id.startsWith(`tunebook-${key}-`));
  const running = earlier.find((job) => !isOver(job));
  const id = running?.id ?? `tunebook-${key}-${earlier.length + 1}`;
  const place = `${folder ?? "$HOME/tunebook"}/${key}`;
  if (running) note(`the job ${id} of this plan is under way; following it`);
  else {
    const packageUri = await cluster.upload(name, content);
    const command = commandOf({ folder, key, program, flags });
    const environment = { RAY_JOB_STOP_WAIT_TIME_S: stopSeconds, NO_COLOR: "1" };
    await cluster.submit({ id, command, packageUri, environment, ...resources });
    note(`submitted the job ${id} to Ray ${cluster.version} at ${cluster.address}`);
  }
  note(`its folder on the node is ${place}`);
  using stopping = stopOnInterrupt(cluster, id);
  using lines = printedLines();
  await followJob(cluster, id, {
    onText: lines.add,
    onNote: note,
    signal: stopping.signal,
  });
}

/** Prints what comes in pieces line by line. */
function printedLines(): Disposable & { add(text: string): void } {
  let rest = "";
  return {
    add(text) {
      const whole = (rest + text).split("\n");
      rest = whole.pop()!;
      for (const line of whole) console.log(line);
    },
    [Symbol.dispose]: () => rest === "" ? undefined : console.log(rest),
  };
}

function optionsOf(flags: Flags) {
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
  if (read.wrong.length > 0) throw mistakes("input", "these flags make no sense:", read.wrong);
  return {
    folder,
    program,
    files: read.list("rayFiles") ?? [],
    ...(cpus === undefined ? {} : { cpus }),
    ...(gpus === undefined ? {} : { gpus }),
  };
}

/** This program, as a node runs it: a package by its address, a checkout at the same path. */
function ownProgram(): string {
  const url = programAddress("finetune", new URL("../finetune.ts", import.meta.url).href);
  return url.startsWith("file:") ? fileURLToPath(url) : url;
}

/**
 * The line for the node's shell. Ray removes the folder in which it unpacks a package; what a run writes is to stay.
 */
function commandOf({ folder, key, program, flags }: {
  readonly folder: string | undefined;
  readonly key: string;
  readonly program: string;
  readonly flags: Flags;
}): string {
  const place = folder === undefined ? `"$HOME"/tunebook/${key}` : quoted(`${folder}/${key}`);
  const others = passedOn.flatMap((name) => {
    const value = flags[name];
    if (value === undefined) return [];
    return value === true ? [`--${kebab(name)}`] : [`--${kebab(name)}`, quoted(String(value))];
  });
  const run = ["env", "-u", "INIT_CWD", "deno", "run", "--allow-all", quoted(program), planFile];
  return `folder=${place} && mkdir -p "$folder" && cp -R . "$folder" && cd "$folder" && ` +
    `exec ${[...run, ...others].join(" ")}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Ctrl-C stops the job; where somebody can answer, they are asked first. A second one leaves it alone. */
function stopOnInterrupt(cluster: RayCluster, id: string): Disposable & { signal: AbortSignal } {
  const leave = new AbortController();
  let isAsked = false;
  const onSignal = () => {
    if (isAsked) return leave.abort();
    isAsked = true;
    if (Deno.stdin.isTerminal() && !confirm(`\nStop the job ${id}, too?`)) return leave.abort();
    note(`stopping the job ${id}; the same command with --resume goes on with it`);
    cluster.stop(id).catch((error) => note(`it could not be stopped: ${messageOf(error)}`));
  };
  Deno.addSignalListener("SIGINT", onSignal);
  return {
    signal: leave.signal,
    [Symbol.dispose]: () => Deno.removeSignalListener("SIGINT", onSignal),
  };
}

function note(text: string): void {
  console.error(text);
}
