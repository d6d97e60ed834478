/**
 * What only the run of a plan can be.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { launched } from "../../core/launched.ts";
import type { RunOptions } from "./run_options.ts";

/**
 * Refuses trackers, offload and several processes for work that is no run of one plan.
 *
 * @param what such as `compare(…).run()`
 * @param instead what to do with several processes
 */
export function checkAlone(
  what: string,
  { trackers, name, offload }: RunOptions,
  instead = "launch the run of a plan",
): void {
  if (trackers || name) {
    throw new TunebookError(
      "input",
      `${what} has no option ${
        trackers ? "trackers" : "name"
      }: runs of plans are followed one by one`,
    );
  }
  if (offload) {
    throw new TunebookError(
      "input",
      `${what} has no option offload: it is for the run of a plan, and for open`,
    );
  }
  const { size } = launched() ?? { size: 1 };
  if (size === 1) return;
  throw new TunebookError(
    "unsupported",
    `${what} is work of one process, and ${size} were launched; ${instead}`,
  );
}
