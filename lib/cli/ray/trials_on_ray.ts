/**
 * Runs the trials of a search as jobs of a Ray cluster.
 *
 * @module
 */
import { messageOf, TunebookError } from "../../core/errors.ts";
import { say } from "../../core/say.ts";
import { isOver } from "../../parallel/ray/follow_job.ts";
import type { RayCluster, RayJob } from "../../parallel/ray/ray_cluster.ts";
import type { TrialOutcome } from "../../pipeline/search/run_trial.ts";
import type { PlacedTrial, TrialPlace } from "../../pipeline/search/trial_place.ts";
import type { Flags } from "../flags.ts";
import { followTrial } from "./follow_trial.ts";
import { trialCommandOf } from "./job_command.ts";

/** How trials become jobs. */
export interface RayTrials {
  readonly cluster: RayCluster;
  /** Where the package lies that has the search and the files that it names. */
  readonly packageUri: string;
  readonly program: string;
  readonly flags: Flags;
  readonly cpus: number;
  readonly gpus?: number;
  /** How many are jobs at once; Ray lets those wait that it has no room for. */
  readonly jobs: number;
}

/** Seconds from SIGTERM to SIGKILL: a step of a trial, of which nothing is kept but its figures. */
const stopSeconds = "30";
/** A cluster that was begun anew knows no jobs; a trial is submitted again so many times. */
const mostLost = 3;

/**
 * A cluster as a place for trials. The search itself, with its file, stays in this process, which is the only one to
 * write there: jobs tell by what they say how they go. A job of the same trial that an earlier start of the search
 * has submitted is followed to its end, whether that has come already or not.
 */
export function trialsOnRay(
  { cluster, packageUri, program, flags, cpus, gpus, jobs }: RayTrials,
): TrialPlace {
  return ({ id: search, rows }) => {
    const submit = async ({ number, point }: PlacedTrial, known: readonly RayJob[]) => {
      const id = `tunebook-${search}-${number}-${1 + known.length}`;
      const command = trialCommandOf({ order: { number, point, rows }, program, flags });
      const environment = {
        RAY_JOB_STOP_WAIT_TIME_S: stopSeconds,
        NO_COLOR: "1",
        ...(cpus >= 1 ? { TUNEBOOK_THREADS: String(Math.floor(cpus)) } : {}),
      };
      const holds = { cpus, ...(gpus === undefined ? {} : { gpus }) };
      await cluster.submit({ id, command, packageUri, environment, ...holds });
      say(`trial ${number} is the job ${id}`);
      return id;
    };
    /** The latest job of the same trial, unless it was stopped on its way, and all that had its number. */
    const jobsOf = async ({ number, point }: PlacedTrial) => {
      const command = trialCommandOf({ order: { number, point, rows }, program, flags });
      const begin = `tunebook-${search}-${number}-`;
      const known = (await cluster.jobs()).filter(({ id }) => id.startsWith(begin));
      const [latest] = known;
      const isSame = latest?.command === command && latest.status !== "STOPPED";
      return { known, latest: isSame ? latest : undefined };
    };
    const run = async (trial: PlacedTrial): Promise<TrialOutcome> => {
      const { number, signal } = trial;
      const began = performance.now();
      for (let lost = 0;; lost++) {
        if (signal.aborted) return { state: "interrupted", figures: {} };
        const { known, latest } = await jobsOf(trial);
        const id = latest?.id ?? await submit(trial, known);
        if (latest) {
          say(
            `trial ${number} is the job ${id} of an earlier start, which ${
              isOver(latest) ? "has ended" : "is under way"
            }`,
          );
        }
        try {
          const outcome = await followTrial(cluster, id, trial, began);
          // An earlier start had asked it to stop.
          if (outcome !== "stopped") return outcome;
          if (!latest) return failed(`its job ${id} was stopped, and not by this search`);
        } catch (error) {
          if (lost >= mostLost || await isKnown(cluster, id)) throw error;
          say(
            `the cluster does not know the job ${id} of trial ${number} any more; submitting it again`,
          );
        }
      }
    };
    return { atOnce: jobs, run };
  };
}

function failed(reason: string): TrialOutcome {
  return { state: "failed", reason, figures: {} };
}

/** Whether the cluster has the job, or cannot be asked. */
async function isKnown(cluster: RayCluster, id: string): Promise<boolean> {
  try {
    return (await cluster.jobs()).some((job) => job.id === id);
  } catch (error) {
    if (!(error instanceof TunebookError)) throw error;
    say(messageOf(error));
    return true;
  }
}
