/**
 * Follows a job of a Ray cluster to its end.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import { TunebookError } from "../../core/errors.ts";
import { interruption } from "../../core/interruption.ts";
import { visibleLines } from "../../core/visible.ts";
import type { RayCluster, RayJob } from "./ray_cluster.ts";

/** How a job is followed. */
export interface FollowOptions {
  /** Takes what the job says. */
  readonly onText: (text: string) => void;
  /** Takes what there is to say about the connection, a sentence at a time. */
  readonly onNote: (note: string) => void;
  /** Ends the following; the job goes on. */
  readonly signal?: AbortSignal;
  /** How long a lost cluster is waited for, in seconds; 600 unless given. */
  readonly waitSeconds?: number;
  /** After how many seconds it is told that a job has not begun; 10 unless given. */
  readonly beginSeconds?: number;
}

const usualWait = 600;
const usualBegin = 10;
/** Pauses between two tries, in milliseconds: they double. */
const [firstPause, longestPause] = [500, 10_000];

/**
 * Follows a job as {@link followToEnd} does until it has succeeded.
 *
 * Throws what that throws; an error of kind "device" with the job's last lines where it failed, and of kind
 * "interrupted" where it was stopped.
 */
export async function followJob(
  cluster: RayCluster,
  id: string,
  options: FollowOptions,
): Promise<void> {
  ended(await followToEnd(cluster, id, options));
}

/**
 * Tells what a job says, each line once, also where the connection is lost in between, and gives it as it ended. A job
 * that waits, for cores that no node has free or at all, says nothing: that is told once, with Ray's reason.
 *
 * Throws an error of kind "device" where the cluster cannot be reached any more or does not know the job; of kind
 * "interrupted" where the signal is aborted.
 */
export async function followToEnd(
  cluster: RayCluster,
  id: string,
  options: FollowOptions,
): Promise<RayJob> {
  const { onNote, beginSeconds = usualBegin } = options;
  const timer = setTimeout(() => void noteWaiting(cluster, id, onNote), 1000 * beginSeconds);
  try {
    return await listenToEnd(cluster, id, options);
  } finally {
    clearTimeout(timer);
  }
}

async function noteWaiting(
  cluster: RayCluster,
  id: string,
  onNote: FollowOptions["onNote"],
): Promise<void> {
  // What goes wrong here goes wrong for the one who follows, too, who says it.
  const job = await cluster.job(id).catch(() => undefined);
  if (job?.status !== "PENDING") return;
  onNote(`the job has not begun: ${visibleLines(job.message.trim()) || "it is pending"}`);
}

async function listenToEnd(
  cluster: RayCluster,
  id: string,
  { onText, onNote, signal, waitSeconds = usualWait }: FollowOptions,
): Promise<RayJob> {
  let shown = 0;
  let pause = firstPause;
  let lost: number | undefined;
  while (true) {
    let read = 0;
    for await (const text of cluster.logs(id, signal)) {
      // A connection that is made again begins with the first line.
      const fresh = text.slice(Math.max(0, shown - read));
      read += text.length;
      if (fresh === "") continue;
      shown = Math.max(shown, read);
      pause = firstPause;
      onText(visibleLines(fresh));
    }
    if (signal?.aborted) throw interruption(`the job ${id} goes on; nobody follows it`);
    const job = await cluster.job(id);
    if (job) {
      if (lost !== undefined) onNote(`the cluster at ${cluster.address} answers again`);
      lost = undefined;
      if (isOver(job)) {
        // What it said while nobody listened.
        const rest = (await cluster.log(id)).slice(shown);
        if (rest !== "") onText(visibleLines(rest));
        return job;
      }
    } else {
      const now = performance.now();
      if (lost === undefined) onNote(`the connection to ${cluster.address} was lost; trying again`);
      lost ??= now;
      if (now - lost > waitSeconds * 1000) {
        throw new TunebookError(
          "device",
          `the connection to ${cluster.address} was lost ${waitSeconds} seconds ago. The job ${id} may go on; the ` +
            "same command follows it again.",
        );
      }
    }
    await delay(pause, undefined, signal ? { signal } : {}).catch(() => {});
    pause = Math.min(longestPause, 2 * pause);
  }
}

/** Whether a job has ended, in whichever way. */
export function isOver({ status }: RayJob): boolean {
  return ["SUCCEEDED", "FAILED", "STOPPED"].includes(status);
}

function ended({ id, status, message }: RayJob): void {
  if (status === "SUCCEEDED") return;
  if (status === "STOPPED") throw interruption(`the job ${id} was stopped`);
  throw new TunebookError("device", `the job ${id} failed: ${visibleLines(message.trim())}`);
}
