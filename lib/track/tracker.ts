/**
 * What follows a run beside the notebook and the terminal: a dashboard, a server of experiments, a file.
 *
 * @module
 */

/** A run that begins. */
export interface TrackedRun {
  /** What it is called where several runs are compared. */
  readonly name: string;
  /** Its settings by dotted name, such as `train.learningRate`. */
  readonly settings: Readonly<Record<string, string>>;
}

/** How a run ended. */
export type RunEnd = "finished" | "stopped" | "failed";

/** Numbers of a moment of a run. */
export interface TrackedValues {
  /** Optimiser steps that are done. */
  readonly step: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** By name, such as `train/loss`. */
  readonly values: Readonly<Record<string, number>>;
}

/** Follows one run after the other. */
export interface Tracker {
  /** What it is and where, for messages, such as `TensorBoard in runs`. */
  readonly name: string;
  /** Throws an error of kind "output" where nothing can be written there. */
  begin(run: TrackedRun): Promise<void>;
  /** Takes values in. It may write them later, and must not keep the training waiting for long. */
  log(values: TrackedValues): Promise<void>;
  /** Writes what is left. */
  end(how: RunEnd): Promise<void>;
}
