/**
 * Which training steps a sampler visits, from the noisiest down, as diffusers chooses them (Lin et al.,
 * arXiv 2305.08891, table 2).
 *
 * @module
 */
import type { TimestepSpacing } from "../noise_schedule_options.ts";

/** How steps are spread. */
export interface Spread {
  readonly spacing: TimestepSpacing;
  /** How many steps are visited. */
  readonly steps: number;
  readonly trainTimesteps: number;
  /** The steps from which on none is visited; as many as the training has unless given. */
  readonly end?: number;
  /** Added to steps that are leading. */
  readonly offset: number;
}

/** `steps` whole steps, from the noisiest down. */
export function wholeTimesteps(spread: Spread): Float64Array {
  return spreadTimesteps(spread).map(roundHalfToEven);
}

/** The same without rounding, where steps are linspace. */
export function spreadTimesteps(
  { spacing, steps, trainTimesteps, end = trainTimesteps, offset }: Spread,
): Float64Array {
  const timesteps = (at: (i: number) => number) =>
    Float64Array.from({ length: steps }, (_, i) => at(i));
  switch (spacing) {
    case "linspace":
      return timesteps((i) => steps === 1 ? 0 : (steps - 1 - i) * ((end - 1) / (steps - 1)));
    case "leading": {
      const stride = Math.floor(end / steps);
      return timesteps((i) => (steps - 1 - i) * stride + offset);
    }
    case "trailing":
      return timesteps((i) => roundHalfToEven(end - i * (trainTimesteps / steps)) - 1);
  }
}

/** As NumPy rounds. */
export function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
