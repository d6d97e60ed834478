/**
 * Euler's method along the probability flow (Karras et al., arXiv 2206.00364, algorithm 2 without churn),
 * as diffusers' `EulerDiscreteScheduler` computes it. The sample is an image of scale 1 with noise σ.
 *
 * @module
 */
import { cleanOf } from "./clean_image.ts";
import type { Sampler, SamplerContext } from "./sampler.ts";
import { sigmaAt, trainSigmas } from "./sigmas.ts";
import { spreadTimesteps } from "./timesteps.ts";

/** Samples a diffusion without fresh noise. */
export function euler({ schedule, settings, steps }: SamplerContext): Sampler {
  const { trainTimesteps, prediction } = schedule;
  const spacing = settings.spacing ?? "linspace";
  const timesteps = spreadTimesteps({
    spacing,
    steps,
    trainTimesteps,
    offset: settings.stepsOffset ?? 0,
  });
  const known = trainSigmas(schedule);
  const last = settings.finalSigma === "sigma_min" ? known[0] : 0;
  const sigmas = Float64Array.of(...timesteps.map((timestep) => sigmaAt(known, timestep)), last);
  const first = spacing === "leading" ? Math.hypot(sigmas[0], 1) : sigmas[0];
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
