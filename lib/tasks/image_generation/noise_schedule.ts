/**
 * How much of a clean image and how much noise a noisy image has at each training step: diffusion (Ho et
 * al., arXiv 2006.11239) and flow matching along straight lines (Lipman et al., arXiv 2210.02747; Liu et
 * al., arXiv 2209.03003), in the numbers of diffusers' schedulers.
 *
 * @module
 */
import { flowScales, variancePreservingScales } from "./noise_scales.ts";
import {
  checkNoiseScheduleOptions,
  type NoiseScheduleOptions,
  type PredictionType,
  type SamplerName,
} from "./noise_schedule_options.ts";

/** The scales of image and noise, and what a denoiser is asked with. */
export interface NoiseSchedule {
  readonly kind: "diffusion" | "flow";
  /** Steps of the training; step 0 has the least noise. */
  readonly trainTimesteps: number;
  readonly prediction: PredictionType;
  /** The scale of the clean image at each step, [trainTimesteps]. */
  readonly signal: Float64Array;
  /** The scale of the standard normal noise at each step, [trainTimesteps]. */
  readonly noise: Float64Array;
  /** What samples unless another sampler is asked for. */
  readonly sampler: SamplerName;
  /** What it was made of, without what was left to the defaults; plain JSON. */
  readonly options: NoiseScheduleOptions;
  /**
   * What the model is fed as its timestep, which may be no whole number where a flow is shifted.
   *
   * @param step from 0
   */
  timestepOf(step: number): number;
}

/** Of diffusers' schedulers. */
const defaultTimesteps = 1000;

/**
 * Makes a noise schedule. Diffusion has the betas of `betaSchedule` in float32, as diffusers computes
 * them, since models are trained with these. A flow's step i has the noise σ = s·t / (1 + (s − 1)·t) with
 * t = (i + 1) / trainTimesteps and the shift s (Esser et al., arXiv 2403.03206), and is fed as
 * σ · trainTimesteps.
 *
 * Throws an error of kind "input" with every option that makes no sense.
 *
 * @example
 * ```ts
 * import { noiseSchedule } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const diffusion = noiseSchedule({ betaSchedule: "squaredcos_cap_v2", prediction: "v_prediction" });
 * assert.ok(diffusion.signal[0] > 0.99 && diffusion.noise[999] > 0.99);
 * const flow = noiseSchedule({ kind: "flow", shift: 3 });
 * assert.equal(flow.noise[499], 0.75); // 3 · 0.5 / (1 + 2 · 0.5)
 * assert.equal(flow.timestepOf(499), 750);
 * ```
 */
export function noiseSchedule(options: NoiseScheduleOptions = {}): NoiseSchedule {
  checkNoiseScheduleOptions(options);
  const { kind = "diffusion", trainTimesteps = defaultTimesteps } = options;
  if (kind === "flow") {
    const scales = flowScales(trainTimesteps, options.shift ?? 1);
    return {
      kind,
      trainTimesteps,
      prediction: "flow",
      ...scales,
      sampler: options.sampler ?? "euler",
      options: { ...options, kind },
      timestepOf: (step) => scales.noise[step] * trainTimesteps,
    };
  }
  return {
    kind,
    trainTimesteps,
    prediction: options.prediction ?? "epsilon",
    ...variancePreservingScales(trainTimesteps, options),
    sampler: options.sampler ?? "ddim",
    options: { ...options, kind },
    timestepOf: (step) => step,
  };
}
