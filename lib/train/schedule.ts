/**
 * Learning rates over a run, as transformers computes them.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";

/** How the rate falls after the warm-up. */
export type ScheduleName = "linear" | "cosine" | "constant";

const falls: Readonly<Record<ScheduleName, (share: number) => number>> = {
  linear: (share) => 1 - share,
  cosine: (share) => (1 + Math.cos(Math.PI * share)) / 2,
  constant: () => 1,
};

/** The schedules by name. */
export const scheduleNames = Object.keys(falls) as readonly ScheduleName[];

/**
 * The share of the full rate at a step: it rises in a straight line over `warmupSteps` and then
 * follows the schedule down to the last step.
 *
 * @param step the step about to be taken, from 0
 *
 * @example
 * ```ts
 * import { rateShare } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(rateShare("linear", 0, { totalSteps: 100, warmupSteps: 10 }), 0);
 * assert.equal(rateShare("linear", 10, { totalSteps: 100, warmupSteps: 10 }), 1);
 * assert.equal(rateShare("linear", 55, { totalSteps: 100, warmupSteps: 10 }), 0.5);
 * ```
 */
export function rateShare(
  name: ScheduleName,
  step: number,
  { totalSteps, warmupSteps }: { totalSteps: number; warmupSteps: number },
): number {
  if (!Object.hasOwn(falls, name)) {
    throw new TunebookError(
      "input",
      `there is no schedule "${name}"${didYouMean(name, scheduleNames)}. Schedules: ${
        scheduleNames.join(", ")
      }`,
    );
  }
  if (step < warmupSteps) return step / Math.max(1, warmupSteps);
  return Math.max(0, falls[name]((step - warmupSteps) / Math.max(1, totalSteps - warmupSteps)));
}

/** What the rate of a step depends on. */
export interface RateSettings {
  /** The largest rate. */
  readonly learningRate: number;
  readonly schedule: ScheduleName;
  /** Share of all steps in which the rate rises. */
  readonly warmup: number;
  readonly totalSteps: number;
}

/** The learning rate of a step, counted from 0. */
export function stepRate(
  { learningRate, schedule, warmup, totalSteps }: RateSettings,
  step: number,
): number {
  const warmupSteps = Math.ceil(warmup * totalSteps);
  return learningRate * rateShare(schedule, step, { totalSteps, warmupSteps });
}
