/**
 * What may differ from run to run of the same plan.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import type { Notebook } from "../../core/notebook.ts";
import {
  abortSignal,
  list,
  oneOf,
  record,
  type Rules,
  text,
  yesOrNo,
} from "../../core/option_rules.ts";
import {
  type OffloadOptions,
  offloadRule,
  type PrecisionName,
  precisionNames,
} from "../../engine/mod.ts";
import type { Tracker } from "../../track/tracker.ts";

/** How to run a plan. */
export interface RunOptions {
  /** `cpu` unless given; `auto` takes the fastest that works. */
  readonly device?: string;
  /**
   * What products are computed in: `float32` unless given; `float16`, mixed precision, on a GPU; `auto`
   * measures both. Scores and deployed files are computed in float32 in any case.
   */
  readonly precision?: PrecisionName;
  /**
   * Leaves large frozen weights in their files and reads them segment by segment in each step, for models that
   * do not fit in memory (`docs/devices.md`); on the device `cpu`. All are held unless given.
   */
  readonly offload?: OffloadOptions;
  /** Stops the run cleanly, like Ctrl-C. */
  readonly signal?: AbortSignal;
  /** Shows no progress. */
  readonly quiet?: boolean;
  /** Who follows the run beside the notebook or the terminal: `tensorBoard`, `mlflow`, `jsonLines`. */
  readonly trackers?: readonly Tracker[];
  /** What the run is called by those who follow it; the method, the data and the time unless given. */
  readonly name?: string;
  /** Where a live view of training is drawn; the notebook that runs the program unless given. */
  readonly notebook?: Notebook;
}

const rules: Rules<RunOptions> = {
  device: text,
  precision: oneOf(precisionNames),
  offload: offloadRule,
  signal: abortSignal,
  quiet: yesOrNo,
  trackers: list,
  name: text,
  notebook: record,
};

/** Throws an error of kind "input" for options that make no sense. */
export function checkRunOptions(options: RunOptions): void {
  checkOptions("run", options, rules);
}
