/**
 * Euler's method along the probability flow (Karras et al., arXiv 2206.00364, algorithm 2 without churn),
 * as diffusers' `EulerDiscreteScheduler` computes it. The sample is an image of scale 1 with noise σ.
 *
 * @module
 */
import type { SamplingSettings, TimestepSpacing } from "../noise_schedule_options.ts";
import { cleanOf } from "./clean_image.ts";
import { karrasSigmas, timestepOfSigma } from "./karras_sigmas.ts";
import type { ImageSampler, SamplerContext } from "./sampler.ts";
import { sigmaAt, trainSigmas } from "./sigmas.ts";
import { spreadTimesteps } from "./timesteps.ts";

/** Samples a diffusion without fresh noise. */
export function euler(context: SamplerContext): ImageSampler {
  const { schedule: { prediction }, settings } = context;
  const { sigmas, timesteps } = eulerPath(context);
  const first = spacingOf(settings) === "leading" ? Math.hypot(sigmas[0], 1) : sigmas[0];
  return {
    name: "euler",
    timesteps,
    addsNoise: () => false,
    start: (noise) => ({ index: 0, sample: noise.map((value) => value * first) }),
    modelInput({ index, sample }) {
      const scale = Math.hypot(sigmas[index], 1);
      return sample.map((value) => value / scale);
    },
    step({ index, sample }, output) {
      const sigma = sigmas[index];
      const scale = Math.hypot(sigma, 1);
      const scales = { signal: 1 / scale, noise: sigma / scale };
      const move = (sigmas[index + 1] - sigma) / sigma;
      return {
        index: index + 1,
        sample: sample.map((noisy, i) =>
          noisy + (noisy - cleanOf(prediction, scales, noisy / scale, output[i])) * move
        ),
      };
    },
  };
}

/** Where Euler's method goes along. */
interface EulerPath {
  /** What the model is fed, [steps]. */
  readonly timesteps: Float64Array;
  /** The noise beside an image of scale 1 before, between and after the steps, [steps + 1]. */
  readonly sigmas: Float64Array;
}

/** The path of a number of steps, as the settings of the schedule choose it. */
export function eulerPath(context: SamplerContext): EulerPath {
  const { schedule, settings, steps } = context;
  const known = trainSigmas(schedule);
  const visited = visitedTimesteps(context);
  const own = visited.map((timestep) => sigmaAt(known, timestep));
  const chosen = settings.karrasSigmas
    ? karrasSigmas({ most: own[0], least: own[steps - 1], steps })
    : own;
  const last = settings.finalSigma === "sigma_min" ? known[0] : 0;
  return {
    timesteps: settings.karrasSigmas
      ? chosen.map((sigma) => timestepOfSigma(known, sigma))
      : visited,
    sigmas: Float64Array.of(...chosen, last),
  };
}

function visitedTimesteps({ schedule, settings, steps }: SamplerContext): Float64Array {
  return spreadTimesteps({
    spacing: spacingOf(settings),
    steps,
    trainTimesteps: schedule.trainTimesteps,
    offset: settings.stepsOffset ?? 0,
  });
}

function spacingOf({ spacing = "linspace" }: SamplingSettings): TimestepSpacing {
  return spacing;
}
