/**
 * Where the trials of a search run: in this process, or elsewhere.
 *
 * @module
 */
import type { Point } from "../../search/space/dimension.ts";
import type { StepReport } from "../../train/train.ts";
import type { TrialOutcome } from "./run_trial.ts";

/** A trial that is to be run, and who watches it. */
export interface PlacedTrial {
  readonly number: number;
  readonly point: Point;
  /** Stops the search. */
  readonly signal: AbortSignal;
  /** Ends the trial, for the reason that it is aborted with. */
  readonly ended: AbortSignal;
  /** After a step; not each where they are many. */
  onStep(report: Pick<StepReport, "step" | "totalSteps" | "epoch">): void;
  /** After each validation with a score that is a number: why the trial should end, if it should. */
  onScore(score: number, epochs: number, isLast: boolean): string | undefined;
}

/** What the place is told of the search. */
export interface PlacedSearch {
  /** What it is known by, whoever opens its file. */
  readonly id: string;
  /** What its rows are known by: a trial on others would be one of another search. */
  readonly rows: string;
}

/** A place that is ready. */
export interface TrialRunner {
  /** How many trials are under way at once. */
  readonly atOnce: number;
  /** Whatever goes wrong with the trial is one that failed; what is thrown ends the search. */
  run(trial: PlacedTrial): Promise<TrialOutcome>;
}

/** Where trials run that do not run in this process; the search has a file. */
export type TrialPlace = (search: PlacedSearch) => TrialRunner;
