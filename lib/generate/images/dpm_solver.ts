/**
 * DPM-Solver++ 2M (Lu et al., arXiv 2211.01095, algorithm 2), as diffusers' `DPMSolverMultistepScheduler`
 * computes it with the midpoint rule: each step draws a line through the clean images that this step and
 * the one before predict.
 *
 * @module
 */
import { shifted } from "../../tasks/image_generation/noise_scales.ts";
import { cleanOf, type ImageScales } from "./clean_image.ts";
import type { Sampler, SamplerContext } from "./sampler.ts";
import { sigmaAt, trainSigmas } from "./sigmas.ts";
import { wholeTimesteps } from "./timesteps.ts";

/** Runs with fewer steps end with a step of order 1, unless the settings say otherwise. */
const fewSteps = 15;

/** Samples a diffusion or a flow without fresh noise. */
export function dpmSolver(context: SamplerContext): Sampler {
  const { schedule: { prediction }, settings, steps } = context;
  const { timesteps, scales } = context.schedule.kind === "flow"
    ? flowPath(context)
    : diffusionPath(context);
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

/** The timesteps of the model, [steps], and the scales before, between and after the steps, [steps + 1]. */
interface Path {
  readonly timesteps: Float64Array;
  readonly scales: readonly ImageScales[];
}

function diffusionPath({ schedule, settings, steps }: SamplerContext): Path {
  const { trainTimesteps } = schedule;
  const known = trainSigmas(schedule);
  const spacing = settings.spacing ?? "linspace";
  const { lambdaMin = -Infinity } = settings;
  const spread = {
    spacing,
    trainTimesteps,
    end: trainTimesteps - known.filter((sigma) => -Math.log(sigma) < lambdaMin).length,
    offset: settings.stepsOffset ?? 0,
  };
  // One more point, step 0, is where the last step ends; a trailing path visits it by itself.
  const timesteps = spacing === "trailing"
    ? wholeTimesteps({ ...spread, steps })
    : wholeTimesteps({ ...spread, steps: steps + 1 }).slice(0, steps);
  const last = settings.finalSigma === "sigma_min" ? known[0] : 0;
  const sigmas = [...timesteps.map((timestep) => sigmaAt(known, timestep)), last];
  return {
    timesteps,
    scales: sigmas.map((sigma) => {
      const scale = Math.hypot(sigma, 1);
      return { signal: 1 / scale, noise: sigma / scale };
    }),
  };
}

function flowPath({ schedule, steps }: SamplerContext): Path {
  const { trainTimesteps, options: { shift = 1 } } = schedule;
  const most = 1 - 1 / trainTimesteps;
  const sigmas = Float64Array.from(
    { length: steps + 1 },
    (_, i) => shifted(most * (steps - i) / steps, shift),
  );
  return {
    // diffusers cuts them to whole numbers.
    timesteps: sigmas.slice(0, steps).map((sigma) => Math.floor(sigma * trainTimesteps)),
    scales: Array.from(sigmas, (noise) => ({ signal: 1 - noise, noise })),
  };
}
