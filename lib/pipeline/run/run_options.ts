/**
 * What may differ from run to run of the same plan.
 *
 * @module
 */
import type { Notebook } from "../../core/notebook.ts";

/** How to run a plan. */
export interface RunOptions {
  /** `cpu` unless given; `auto` takes the fastest that works. */
  readonly device?: string;
  /** Stops the run cleanly, like Ctrl-C. */
  readonly signal?: AbortSignal;
  /** Shows no progress. */
  readonly quiet?: boolean;
  /** Where a live view of training is drawn; the notebook that runs the program unless given. */
  readonly notebook?: Notebook;
}
