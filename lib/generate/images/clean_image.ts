/**
 * What a model's output says of the clean image and of the noise in a noisy one.
 *
 * @module
 */
import type { PredictionType } from "../../tasks/image_generation/noise_schedule_options.ts";

/** Scales of the clean image and of the noise in a noisy image. */
export interface ImageScales {
  readonly signal: number;
  readonly noise: number;
}

/** The clean image that a number of the noisy image and one of the output stand for. */
export function cleanOf(
  prediction: PredictionType,
  { signal, noise }: ImageScales,
  noisy: number,
  output: number,
): number {
  switch (prediction) {
    case "epsilon":
      return (noisy - noise * output) / signal;
    case "sample":
      return output;
    case "v_prediction":
      return signal * noisy - noise * output;
    case "flow":
      return noisy - noise * output;
  }
}

/** The noise that a number of the noisy image and one of the output stand for. */
export function noiseOf(
  prediction: PredictionType,
  { signal, noise }: ImageScales,
  noisy: number,
  output: number,
): number {
  switch (prediction) {
    case "epsilon":
      return output;
    case "sample":
      return (noisy - signal * output) / noise;
    case "v_prediction":
      return signal * output + noise * noisy;
    case "flow":
      return noisy + signal * output;
  }
}
