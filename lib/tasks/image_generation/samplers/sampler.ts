/**
 * What a sampler of images is. It knows no model: the caller asks the model and hands on what it says, so
 * that a sampler is nothing but arithmetic on numbers.
 *
 * @module
 */
import type { NoiseSchedule } from "../noise_schedule.ts";
import type { SamplerName, SamplingSettings } from "../noise_schedule_options.ts";

/** Images on their way from noise to what the model draws. */
export interface SamplerState {
  /** How many steps are done. */
  readonly index: number;
  /** The numbers of one image or of several, which change alike. */
  readonly sample: Float32Array;
  /** The clean images that the step before predicted, for a sampler that looks back. */
  readonly cleanBefore?: Float32Array;
}

/** Goes from noise to images in a number of steps that it was made for. */
export interface ImageSampler {
  readonly name: SamplerName;
  /** What the model is fed as its timestep in each step, [steps]. */
  readonly timesteps: Float64Array;
  /** Whether a step adds noise, which must then be given. */
  addsNoise(index: number): boolean;
  /** Begins with standard normal noise. */
  start(noise: Float32Array): SamplerState;
  /** What the model is shown. */
  modelInput(state: SamplerState): Float32Array;
  /**
   * The state after a step. Nothing that is given changes.
   *
   * @param modelOutput what the model says of `modelInput(state)` at `timesteps[state.index]`, as many numbers
   * @param noise standard normal, as many; needed where `addsNoise(state.index)`
   */
  step(state: SamplerState, modelOutput: Float32Array, noise?: Float32Array): SamplerState;
}

/** What samplers are made of. */
export interface SamplerContext {
  readonly schedule: NoiseSchedule;
  readonly settings: SamplingSettings;
  readonly steps: number;
  /** How much of DDPM's noise DDIM adds. */
  readonly eta: number;
}
