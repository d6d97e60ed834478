/**
 * Which training step an example is shown at.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { finiteNumber, oneOf, positive } from "../../core/option_rules.ts";
import type { Random } from "../../core/random.ts";
import type { NoiseSchedule } from "./noise_schedule.ts";

/** How steps are drawn. */
export interface StepDistribution {
  /** All alike, or those in the middle most often (Esser et al., arXiv 2403.03206). Default `uniform`. */
  readonly distribution?: "uniform" | "logit-normal";
  /** The mean of the normal distribution; above 0 draws more noise. Default 0. */
  readonly mean?: number;
  /** The standard deviation of the normal distribution. Default 1. */
  readonly std?: number;
}

/** Throws an error of kind "input" with every option that makes no sense. */
export function checkStepDistribution(options: StepDistribution): void {
  checkOptions("the distribution of steps", options, {
    distribution: oneOf(["uniform", "logit-normal"]),
    mean: finiteNumber,
    std: positive,
  });
}

/**
 * Draws a training step, from 0. The logit-normal distribution draws sigmoid(mean + std · n) of the way
 * from the clean image to the noise, with n standard normal.
 *
 * Throws an error of kind "input" with every option that makes no sense.
 *
 * @example
 * ```ts
 * import { drawStep, noiseSchedule, Random } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const flow = noiseSchedule({ kind: "flow" });
 * const step = drawStep(flow, Random.fromSeed(1), { distribution: "logit-normal" });
 * assert.ok(step >= 0 && step < 1000);
 * ```
 */
export function drawStep(
  { trainTimesteps }: NoiseSchedule,
  random: Random,
  options: StepDistribution = {},
): number {
  checkStepDistribution(options);
  const { distribution = "uniform", mean = 0, std = 1 } = options;
  if (distribution === "uniform") return random.integer(trainTimesteps);
  const share = 1 / (1 + Math.exp(-(mean + std * random.normal())));
  // A share may round to 1.
  return Math.min(trainTimesteps - 1, Math.floor(share * trainTimesteps));
}
