/**
 * A run and those who follow it.
 *
 * @module
 */
import { messageOf } from "../../core/errors.ts";
import { isInterruption } from "../../core/interruption.ts";
import { say } from "../../core/say.ts";
import type { AnyProbeReport } from "../../evaluate/probe/probe_report.ts";
import type { RunEnd, TrackedRun, Tracker } from "../../track/tracker.ts";
import type { StepReport, Validation } from "../../train/train.ts";

/** Passes on what happens in a run. */
export interface Tracking {
  step(report: StepReport): void;
  /** A score of validation rows. */
  validation(validation: Validation, metric: string): void;
}

/** A result that has scores. */
interface Scored {
  /** Numbers by name. */
  readonly scores: unknown;
  readonly losses: readonly number[];
  readonly probes?: AnyProbeReport;
}

/**
 * Does the work of a run while trackers follow it. One that cannot begin is an error before the work; one that fails
 * later is told once, and no run ends by it.
 *
 * @param judge throws where the run fails in spite of its result, whose scores trackers still get
 */
export async function trackedRun<Result extends Scored>(
  trackers: readonly Tracker[],
  about: () => TrackedRun,
  work: (tracking: Tracking) => Promise<Result>,
  judge: (result: Result) => void = () => {},
): Promise<Result> {
  const run = trackers.length > 0 ? about() : undefined;
  const following: Follower[] = [];
  let how: RunEnd = "failed";
  try {
    for (const tracker of trackers) {
      await tracker.begin(run!);
      following.push(new Follower(tracker));
    }
    const log = (step: number, values: Readonly<Record<string, number>>) => {
      for (const follower of following) follower.log(step, values);
    };
    const result = await work({
      step: (report) => log(report.step, valuesOf(report)),
      validation: ({ step, score }, metric) => log(step, { [`validation/${metric}`]: score }),
    });
    const { scores, losses, probes } = result;
    const named = Object.entries(scores as Readonly<Record<string, number>>).map((
      [name, score],
    ) => [`test/${name}`, score]);
    for (const { name, rate } of probes?.tests ?? []) named.push([`probe/${name}`, rate]);
    if (named.length > 0) log(losses.length, Object.fromEntries(named));
    judge(result);
    how = "finished";
    return result;
  } catch (error) {
    if (isInterruption(error)) how = "stopped";
    throw error;
  } finally {
    for (const follower of following) await follower.end(how);
  }
}

/** What a step tells, the latest number of each series of the method included. */
function valuesOf(report: StepReport): Record<string, number> {
  const { step, loss, learningRate, gradientNorm, epoch, methodRecord } = report;
  const series = Object.entries(methodRecord?.() ?? {}).flatMap(([name, points]) => {
    const last = points.at(-1);
    if (last?.step !== step) return [];
    return Object.entries(last.values).map(([key, value]) => [`train/${name}/${key}`, value]);
  });
  return {
    "train/loss": loss,
    "train/learning rate": learningRate,
    "train/gradient norm": gradientNorm,
    "train/epoch": epoch,
    ...Object.fromEntries(series),
  };
}

/** Hands values to a tracker in their order, until it fails. */
class Follower {
  readonly #tracker: Tracker;
  #last: Promise<void> = Promise.resolve();
  #hasFailed = false;

  constructor(tracker: Tracker) {
    this.#tracker = tracker;
  }

  log(step: number, values: Readonly<Record<string, number>>): void {
    const time = Date.now();
    this.#then(() => this.#tracker.log({ step, time, values }));
  }

  async end(how: RunEnd): Promise<void> {
    this.#then(() => this.#tracker.end(how));
    await this.#last;
  }

  #then(next: () => Promise<void>): void {
    this.#last = this.#last.then(() => this.#hasFailed ? undefined : next()).catch((error) => {
      this.#hasFailed = true;
      say(`warning: ${this.#tracker.name} follows the run no longer: ${messageOf(error)}`);
    });
  }
}
