/**
 * How a parameter moves that never has a gradient, where the optimizer only shrinks it: the rows of a
 * word table that training need not hold.
 *
 * @module
 */
import { parameters } from "../nn/trainable_model.ts";
import { type AverageSettings, averageShare } from "./averages/weight_average.ts";
import type { GroupSchedule } from "./group_steps.ts";

/** What the factor depends on. */
export interface IdleContext {
  readonly schedule: GroupSchedule;
  readonly settings: AverageSettings;
  readonly totalSteps: number;
}

/**
 * What such a parameter of a group has been multiplied with after `steps` steps: each one in which the
 * group trains has the factor 1 − learning rate · weight decay. In the vector of averages it is the
 * average of these products.
 */
export function idleFactor(
  { schedule, settings, totalSteps }: IdleContext,
  group: string,
  steps: number,
  vector: string,
): number {
  let factor = 1;
  let average = 1;
  for (let step = 0; step < steps; step++) {
    const own = schedule(step).find((each) => each.group === group);
    if (own) factor *= 1 - own.learningRate * own.weightDecay;
    const share = averageShare(settings, step + 1, totalSteps);
    average = average * (1 - share) + factor * share;
  }
  return vector === parameters ? factor : average;
}
