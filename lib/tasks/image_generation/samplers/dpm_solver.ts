/**
 * DPM-Solver++ 2M (Lu et al., arXiv 2211.01095, algorithm 2), as diffusers' `DPMSolverMultistepScheduler`
 * computes it with the midpoint rule: each step draws a line through the clean images that this step and
 * the one before predict.
 *
 * @module
 */
import { cleanOf, type ImageScales } from "./clean_image.ts";
import type { ImageSampler, SamplerContext } from "./sampler.ts";
import { solverPath } from "./solver_path.ts";

/** Runs with fewer steps end with a step of order 1, unless the settings say otherwise. */
const fewSteps = 15;

/** Samples a diffusion or a flow without fresh noise. */
export function dpmSolver(context: SamplerContext): ImageSampler {
  const { schedule: { prediction }, settings, steps } = context;
  const { timesteps, scales } = solverPath(context);
  const endsFirstOrder = (settings.eulerAtFinal ?? false) ||
    ((settings.lowerOrderFinal ?? true) && steps < fewSteps) ||
    (settings.finalSigma ?? "zero") === "zero";
  return {
    name: "dpm-solver",
    timesteps,
    addsNoise: () => false,
    start: (sample) => ({ index: 0, sample }),
    modelInput: ({ sample }) => sample,
    step({ index, sample, cleanBefore }, output) {
      const [now, next] = [scales[index], scales[index + 1]];
      const clean = sample.map((noisy, i) => cleanOf(prediction, now, noisy, output[i]));
      const distance = logRatio(next) - logRatio(now);
      const ofNoisy = next.noise / now.noise;
      const ofClean = -next.signal * Math.expm1(-distance);
      const isFirstOrder = cleanBefore === undefined || settings.solverOrder === 1 ||
        (index === steps - 1 && endsFirstOrder);
      // Half the slope between the two predictions, over this step's distance.
      const slope = isFirstOrder ? 0 : distance / (logRatio(now) - logRatio(scales[index - 1])) / 2;
      return {
        index: index + 1,
        sample: sample.map((noisy, i) => {
          const change = isFirstOrder ? 0 : slope * (clean[i] - cleanBefore[i]);
          return ofNoisy * noisy + ofClean * (clean[i] + change);
        }),
        cleanBefore: clean,
      };
    },
  };
}

/** Half the logarithm of the signal-to-noise ratio, λ. */
function logRatio({ signal, noise }: ImageScales): number {
  return Math.log(signal) - Math.log(noise);
}
