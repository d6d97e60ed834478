/**
 * The ancestral sampling of DDPM (Ho et al., arXiv 2006.11239, algorithm 2), as diffusers' `DDPMScheduler`
 * computes it: each step draws from the distribution of the next one given the predicted clean image.
 *
 * @module
 */
import { addedNoise, noiseBetween } from "./added_noise.ts";
import { cleanOf } from "./clean_image.ts";
import { clipOf } from "./clip.ts";
import type { ImageSampler, SamplerContext } from "./sampler.ts";
import { wholeTimesteps } from "./timesteps.ts";

/** diffusers keeps variances above this. */
const leastVariance = 1e-20;

/** Samples with fresh noise in every step but the one at training step 0. */
export function ddpm({ schedule, settings, steps }: SamplerContext): ImageSampler {
  const { trainTimesteps, prediction, signal, noise } = schedule;
  const timesteps = wholeTimesteps({
    spacing: settings.spacing ?? "leading",
    steps,
    trainTimesteps,
    offset: settings.stepsOffset ?? 0,
  });
  const clip = clipOf(settings);
  const scalesAt = (index: number) =>
    index < steps
      ? { signal: signal[timesteps[index]], noise: noise[timesteps[index]] }
      : { signal: 1, noise: 0 };
  const addsNoise = (index: number) => timesteps[index] > 0;
  return {
    name: "ddpm",
    timesteps,
    addsNoise,
    start: (sample) => ({ index: 0, sample }),
    modelInput: ({ sample }) => sample,
    step({ index, sample }, output, added) {
      const [now, next] = [scalesAt(index), scalesAt(index + 1)];
      const between = noiseBetween(now, next) ** 2;
      const ofClean = next.signal * between / now.noise ** 2;
      const ofNoisy = now.signal / next.signal * (next.noise / now.noise) ** 2;
      const deviation = settings.variance === "fixed_large"
        ? Math.sqrt(between)
        : Math.sqrt(Math.max(leastVariance, addedNoise(now, next) ** 2));
      const adds = addsNoise(index);
      return {
        index: index + 1,
        sample: sample.map((noisy, i) => {
          const mean = ofClean * clip(cleanOf(prediction, now, noisy, output[i])) + ofNoisy * noisy;
          return adds ? mean + deviation * added![i] : mean;
        }),
      };
    },
  };
}
