/**
 * The samplers of images.
 *
 * @module
 */
import { checkOptions, refuseOptions } from "../../../core/check_options.ts";
import { type Mistake, mistakes, optionMistake } from "../../../core/errors.ts";
import { notNegative, oneOf, required, whole } from "../../../core/option_rules.ts";
import type { NoiseSchedule } from "../noise_schedule.ts";
import { type SamplerName, samplersOf } from "../noise_schedule_options.ts";
import { ddim } from "./ddim.ts";
import { ddpm } from "./ddpm.ts";
import { dpmSolver } from "./dpm_solver.ts";
import { euler } from "./euler.ts";
import { flowEuler } from "./flow_euler.ts";
import type { ImageSampler, SamplerContext } from "./sampler.ts";

/** How images are sampled. */
export interface SamplerOptions {
  /** How many times the model is asked. */
  readonly steps: number;
  /** What samples. Default: the schedule's own sampler. */
  readonly sampler?: SamplerName;
  /** How much of DDPM's noise ddim adds, from 0 to 1. Default 0. */
  readonly eta?: number;
}

const samplers: Readonly<Record<SamplerName, (context: SamplerContext) => ImageSampler>> = {
  ddpm,
  ddim,
  "dpm-solver": dpmSolver,
  euler: (context) => context.schedule.kind === "flow" ? flowEuler(context) : euler(context),
};

/**
 * Makes a sampler for a number of steps. Its numbers are those of diffusers' schedulers: a diffusion is
 * sampled by ddpm, ddim, dpm-solver (DPM-Solver++ 2M) or euler, a flow by euler or dpm-solver.
 *
 * Throws an error of kind "input" with every option that makes no sense.
 *
 * @example
 * ```ts
 * import { createSampler, noiseSchedule, Random } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const random = Random.fromSeed(1);
 * const standardNormal = () => Float32Array.from({ length: 4 }, () => random.normal());
 * const sampler = createSampler(noiseSchedule({ prediction: "sample" }), { steps: 20 });
 * let state = sampler.start(standardNormal());
 * for (const [index, timestep] of sampler.timesteps.entries()) {
 *   const shown = sampler.modelInput(state);
 *   const output = shown.map(() => timestep >= 0 ? 0.5 : 0); // a model that knows one image
 *   state = sampler.step(state, output, sampler.addsNoise(index) ? standardNormal() : undefined);
 * }
 * assert.ok(state.sample.every((value) => Math.abs(value - 0.5) < 1e-6));
 * ```
 */
export function createSampler(schedule: NoiseSchedule, options: SamplerOptions): ImageSampler {
  checkOptions("createSampler", options, {
    steps: required(whole),
    sampler: oneOf(samplersOf[schedule.kind]),
    eta: ["a number from 0 to 1", (value) => notNegative[1](value) && value as number <= 1],
  }, () => contradictions(schedule, options));
  const { steps, sampler = schedule.sampler, eta = 0 } = options;
  const settings = schedule.options.sampling ?? {};
  const made = samplers[sampler]({ schedule, settings, steps, eta });
  refuseOptions("createSampler", outOfRange(schedule, made));
  return withChecks(made);
}

/** Refuses numbers that do not belong together before a sampler computes with them. */
function withChecks(sampler: ImageSampler): ImageSampler {
  return {
    ...sampler,
    step(state, modelOutput, noise) {
      const { index, sample: { length } } = state;
      const steps = sampler.timesteps.length;
      const wrong: string[] = [];
      if (index >= steps) wrong.push(`all ${steps} steps are done`);
      if (modelOutput.length !== length) {
        wrong.push(`the model gave ${modelOutput.length} numbers for ${length} numbers of images`);
      }
      if (sampler.addsNoise(index) && noise?.length !== length) {
        wrong.push(`step ${index} needs ${length} numbers of noise, but got ${noise?.length ?? 0}`);
      }
      if (wrong.length > 0) throw mistakes("input", `${sampler.name} cannot step on:`, wrong);
      return sampler.step(state, modelOutput, noise);
    },
  };
}

/** Options that make no sense together. */
function contradictions(schedule: NoiseSchedule, options: SamplerOptions): Mistake[] {
  const { steps, sampler = schedule.sampler, eta = 0 } = options;
  const wrong: Mistake[] = [];
  if (steps > schedule.trainTimesteps) {
    wrong.push(
      optionMistake("steps", `is ${steps}, but the training had ${schedule.trainTimesteps}`),
    );
  }
  if (eta > 0 && sampler !== "ddim") {
    wrong.push(optionMistake("eta", `is for ddim, not ${sampler}`));
  }
  return wrong;
}

/** An offset can lead beyond the last training step. */
function outOfRange(
  { kind, trainTimesteps }: NoiseSchedule,
  { timesteps }: ImageSampler,
): Mistake[] {
  const most = Math.max(...timesteps);
  if (kind === "flow" || most < trainTimesteps) return [];
  const offset =
    `the stepsOffset of the schedule leads to training step ${most} of ${trainTimesteps}`;
  return [optionMistake("steps", `is ${timesteps.length}: ${offset}, which counts from 0`)];
}
