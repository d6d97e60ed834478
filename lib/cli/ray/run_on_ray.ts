/**
 * `deno task finetune … --ray http://head:8265`: runs a plan as a job of a Ray cluster.
 *
 * @module
 */
import { messageOf, TunebookError } from "../../core/errors.ts";
import { followJob, isOver } from "../../parallel/ray/follow_job.ts";
import { openRayCluster, type RayCluster } from "../../parallel/ray/ray_cluster.ts";
import { digest, rayPackage } from "../../parallel/ray/ray_package.ts";
import type { PlanJson } from "../../pipeline/plan_json.ts";
import type { Flags } from "../flags.ts";
import { commandOf, planFile } from "./job_command.ts";
import { namedFiles } from "./named_files.ts";
import { rayOptionsOf } from "./ray_options.ts";
import { toldLines } from "./told_lines.ts";

/** Seconds from SIGTERM to SIGKILL: a step and its checkpoint, where Ray gives 3. */
const stopSeconds = "120";

/**
 * Submits a plan and follows the job to its end; a job of the same plan that still runs is followed instead. One that a
 * search found is not trained again where a job of it has succeeded.
 */
export async function runOnRay(
  plan: { toJSON(): PlanJson },
  flags: Flags,
  { isFound = false }: { readonly isFound?: boolean } = {},
): Promise<void> {
  const { folder, files: more, program, jobs, ...resources } = rayOptionsOf(flags);
  if (jobs !== undefined && !isFound) {
    throw new TunebookError("input", "--ray-jobs is for the trials of a search; a plan is one job");
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
  const command = commandOf({ folder, key, program, flags });
  // One that was told another folder has left nothing in this one.
  const done = earlier.find((job) => job.status === "SUCCEEDED" && job.command === command);
  if (isFound && !running && done) {
    note(
      `the job ${done.id} has trained the plan that was found; its folder on the node is ${place}`,
    );
    return;
  }
  if (running) note(`the job ${id} of this plan is under way; following it`);
  else {
    const packageUri = await cluster.upload(name, content);
    const environment = { RAY_JOB_STOP_WAIT_TIME_S: stopSeconds, NO_COLOR: "1" };
    await cluster.submit({ id, command, packageUri, environment, ...resources });
    note(`submitted the job ${id} to Ray ${cluster.version} at ${cluster.address}`);
  }
  note(`its folder on the node is ${place}`);
  using stopping = stopOnInterrupt(cluster, id);
  using lines = toldLines((line) => console.log(line));
  await followJob(cluster, id, {
    onText: lines.add,
    onNote: note,
    signal: stopping.signal,
  });
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
