/**
 * Follows the job of a trial: what it says of its steps and scores, and what came of it.
 *
 * @module
 */
import { messageOf } from "../../core/errors.ts";
import { isInterruption } from "../../core/interruption.ts";
import { say } from "../../core/say.ts";
import { visibleLines } from "../../core/visible.ts";
import { followToEnd } from "../../parallel/ray/follow_job.ts";
import type { RayCluster, RayJob } from "../../parallel/ray/ray_cluster.ts";
import type { TrialOutcome } from "../../pipeline/search/run_trial.ts";
import { readTrialLine } from "../../pipeline/search/trial_lines.ts";
import type { PlacedTrial } from "../../pipeline/search/trial_place.ts";
import { toldLines } from "./told_lines.ts";

/** So long a job is waited for that was asked to stop because the search was: Ray kills it after 30 seconds. */
const leaveMilliseconds = 40_000;
/** So much of a job's last lines is a reason. */
const reasonCharacters = 600;

/** What Ray itself says in a job's log of each job. */
const ofRay = /\bjob_manager\.py:\d+ -- |^Running entrypoint for job /;

/** Why a job was asked to stop. */
type StopReason =
  | { readonly state: "interrupted" }
  | { readonly state: "pruned" | "failed"; readonly reason: string };

/**
 * What came of a trial; "stopped" where somebody else stopped its job. A trial that is to end on its way, by its
 * score, the budget or the person, has its job stopped.
 *
 * Throws an error of kind "device" where the cluster cannot be reached any more or does not know the job.
 */
export async function followTrial(
  cluster: RayCluster,
  id: string,
  trial: PlacedTrial,
  began: number,
): Promise<TrialOutcome | "stopped"> {
  const { number, signal, ended } = trial;
  const leave = new AbortController();
  const known: { stop?: StopReason; outcome?: TrialOutcome } = {};
  const figures: Record<string, number> = {};
  const told = (text: string) => say(`trial ${number}: ${text}`);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stopFor = (reason: StopReason) => {
    if (known.stop !== undefined) return;
    known.stop = reason;
    if (reason.state === "interrupted") timer = setTimeout(() => leave.abort(), leaveMilliseconds);
    cluster.stop(id).catch((error) => {
      told(`the job ${id} could not be stopped, and may go on: ${messageOf(error)}`);
      leave.abort();
    });
  };
  const onSignal = () => stopFor({ state: "interrupted" });
  const onEnded = () => stopFor({ state: "pruned", reason: String(ended.reason) });
  const onLine = (text: string) => {
    const line = readTrialLine(text);
    if (line === undefined) return void (text.trim() === "" || ofRay.test(text) || told(text));
    if ("outcome" in line) return void (known.outcome = line.outcome);
    if ("step" in line) {
      Object.assign(figures, { steps: line.step, epochs: line.epoch });
      return trial.onStep(line);
    }
    if (known.stop !== undefined) return;
    const reason = trial.onScore(line.score, line.epochs, line.isLast);
    if (reason !== undefined && !line.isLast) stopFor({ state: "pruned", reason });
  };
  const lines = toldLines((text) => {
    try {
      onLine(text);
    } catch (error) {
      // As in this process: a trial that another process has taken over is one that failed here.
      stopFor({ state: "failed", reason: messageOf(error) });
    }
  });
  signal.addEventListener("abort", onSignal);
  ended.addEventListener("abort", onEnded);
  try {
    if (signal.aborted) onSignal();
    else if (ended.aborted) onEnded();
    const options = { onText: lines.add, onNote: told, signal: leave.signal };
    const job = await followToEnd(cluster, id, options).catch((error) => {
      // Nobody waits for what was to be stopped.
      if (known.stop && isInterruption(error)) return undefined;
      throw error;
    });
    lines[Symbol.dispose]();
    const { stop, outcome } = known;
    const seconds = (performance.now() - began) / 1000;
    const measured = { ...figures, seconds, ...outcome?.figures };
    // One that had come to its end when the search was stopped is not lost.
    const isLate = stop?.state === "interrupted" && outcome && outcome.state !== "interrupted";
    if (stop && !isLate) return { ...stop, figures: measured };
    return job ? outcomeOf(job, outcome, measured) : outcome!;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onSignal);
    ended.removeEventListener("abort", onEnded);
  }
}

function outcomeOf(
  { id, status, message }: RayJob,
  outcome: TrialOutcome | undefined,
  figures: Readonly<Record<string, number>>,
): TrialOutcome | "stopped" {
  if (outcome && outcome.state !== "interrupted") return outcome;
  if (status === "STOPPED") return "stopped";
  const reason = status === "SUCCEEDED"
    ? `its job ${id} ended without saying what came of it`
    : `its job ${id} failed: ${shortened(message)}`;
  return { state: "failed", reason, figures };
}

/** Ray's reason and the last lines, without those that are for this program alone. */
function shortened(message: string): string {
  const lines = visibleLines(message.trim()).split("\n")
    .filter((line) => readTrialLine(line) === undefined && !ofRay.test(line) && line.trim() !== "");
  const text = lines.join(" ");
  const half = reasonCharacters / 2;
  return text.length <= reasonCharacters ? text : `${text.slice(0, half)} … ${text.slice(-half)}`;
}
