/**
 * What may differ from run to run of the same plan.
 *
 * @module
 */

/** How to run a plan. */
export interface RunOptions {
  /** `cpu` unless given; `auto` takes the fastest that works. */
  readonly device?: string;
  /** Stops the run cleanly, like Ctrl-C. */
  readonly signal?: AbortSignal;
  /** Shows no progress. */
  readonly quiet?: boolean;
}
