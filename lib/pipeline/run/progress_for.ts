/**
 * A display of the progress of one stage.
 *
 * @module
 */
import { type Progress, showProgress, silentProgress } from "../../core/progress.ts";
import type { RunOptions } from "./run_options.ts";

/** A progress display, unless the run is quiet. */
export function progressFor(
  { quiet }: RunOptions,
  title: string,
  total: number,
  unit: string,
  start = 0,
): Progress {
  return quiet ? silentProgress : showProgress({ title, total, unit, start });
}
