/**
 * Euler's method along the probability flow (Karras et al., arXiv 2206.00364, algorithm 2 without churn),
 * as diffusers' `EulerDiscreteScheduler` computes it. The sample is an image of scale 1 with noise σ.
 *
 * @module
 */
import type { SamplingSettings, TimestepSpacing } from "../noise_schedule_options.ts";
import { cleanOf } from "./clean_image.ts";
import type { ImageSampler, SamplerContext } from "./sampler.ts";
import { sigmaAt, trainSigmas } from "./sigmas.ts";
import { spreadTimesteps } from "./timesteps.ts";

/** Samples a diffusion without fresh noise. */
export function euler(context: SamplerContext): ImageSampler {
  const { schedule: { prediction }, settings } = context;
  const sigmas = eulerSigmas(context);
  const first = spacingOf(settings) === "leading" ? Math.hypot(sigmas[0], 1) : sigmas[0];
  return {
    name: "euler",
    timesteps: visitedTimesteps(context),
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

/** The noise beside an image of scale 1 before, between and after the steps, [steps + 1]. */
export function eulerSigmas(context: SamplerContext): Float64Array {
  const known = trainSigmas(context.schedule);
  const last = context.settings.finalSigma === "sigma_min" ? known[0] : 0;
  return Float64Array.of(
    ...visitedTimesteps(context).map((timestep) => sigmaAt(known, timestep)),
    last,
  );
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
