/**
 * The noise that dpm-solver goes through, as diffusers' `DPMSolverMultistepScheduler` chooses it.
 *
 * @module
 */
import { shifted } from "../noise_scales.ts";
import type { ImageScales } from "./clean_image.ts";
import { karrasSigmas, timestepOfSigma } from "./karras_sigmas.ts";
import type { SamplerContext } from "./sampler.ts";
import { sigmaAt, trainSigmas } from "./sigmas.ts";
import { roundHalfToEven, wholeTimesteps } from "./timesteps.ts";

/** The timesteps of the model, [steps], and the scales before, between and after the steps, [steps + 1]. */
interface Path {
  readonly timesteps: Float64Array;
  readonly scales: readonly ImageScales[];
}

/** The path of a number of steps, as the settings of the schedule choose it. */
export function solverPath(context: SamplerContext): Path {
  return context.schedule.kind === "flow" ? flowPath(context) : diffusionPath(context);
}

function diffusionPath(context: SamplerContext): Path {
  const { schedule, settings } = context;
  const known = trainSigmas(schedule);
  const timesteps = settings.karrasSigmas ? undefined : visitedTimesteps(context, known);
  const sigmas = timesteps?.map((timestep) => sigmaAt(known, timestep)) ??
    karrasSigmas({ most: known[known.length - 1], least: known[0], steps: context.steps });
  const last = settings.finalSigma === "sigma_min" ? known[0] : 0;
  return {
    timesteps: timesteps ?? sigmas.map((sigma) => roundHalfToEven(timestepOfSigma(known, sigma))),
    scales: [...sigmas, last].map((sigma) => {
      const scale = Math.hypot(sigma, 1);
      return { signal: 1 / scale, noise: sigma / scale };
    }),
  };
}

function visitedTimesteps(
  { schedule: { trainTimesteps }, settings, steps }: SamplerContext,
  known: Float64Array,
): Float64Array {
  const spacing = settings.spacing ?? "linspace";
  const { lambdaMin = -Infinity } = settings;
  const spread = {
    spacing,
    trainTimesteps,
    end: trainTimesteps - known.filter((sigma) => -Math.log(sigma) < lambdaMin).length,
    offset: settings.stepsOffset ?? 0,
  };
  // One more point, step 0, is where the last step ends; a trailing path visits it by itself.
  return spacing === "trailing"
    ? wholeTimesteps({ ...spread, steps })
    : wholeTimesteps({ ...spread, steps: steps + 1 }).slice(0, steps);
}

function flowPath({ schedule, steps }: SamplerContext): Path {
  const { trainTimesteps, options: { shift = 1 } } = schedule;
  const stride = (1 / trainTimesteps - 1) / steps;
  // In NumPy's order, so that timesteps are cut at the same numbers.
  const sigmas = Float64Array.from(
    { length: steps + 1 },
    (_, i) => shifted(1 - (1 + (steps - i) * stride), shift),
  );
  return {
    // diffusers cuts them to whole numbers.
    timesteps: sigmas.slice(0, steps).map((sigma) => Math.floor(sigma * trainTimesteps)),
    scales: Array.from(sigmas, (noise) => ({ signal: 1 - noise, noise })),
  };
}
