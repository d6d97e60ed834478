/**
 * DDIM (Song et al., arXiv 2010.02502), as diffusers' `DDIMScheduler` computes it: each step predicts the
 * clean image and adds the predicted noise again, as much as the next step has.
 *
 * @module
 */
import { addedNoise } from "./added_noise.ts";
import { cleanOf, noiseOf } from "./clean_image.ts";
import { clipOf } from "./clip.ts";
import type { ImageSampler, SamplerContext } from "./sampler.ts";
import { wholeTimesteps } from "./timesteps.ts";

/** Samples without noise where `eta` is 0, with DDPM's noise where it is 1. */
export function ddim({ schedule, settings, steps, eta }: SamplerContext): ImageSampler {
  const { trainTimesteps, prediction, signal, noise } = schedule;
  const timesteps = wholeTimesteps({
    spacing: settings.spacing ?? "leading",
    steps,
    trainTimesteps,
    offset: settings.stepsOffset ?? 0,
  });
  const clip = clipOf(settings);
  const end = settings.endsClean ?? true
    ? { signal: 1, noise: 0 }
    : { signal: signal[0], noise: noise[0] };
  const scalesOf = (step: number) => step < 0 ? end : { signal: signal[step], noise: noise[step] };
  // As in diffusers, whichever step is visited next.
  const stride = Math.floor(trainTimesteps / steps);
  return {
    name: "ddim",
    timesteps,
    addsNoise: () => eta > 0,
    start: (sample) => ({ index: 0, sample }),
    modelInput: ({ sample }) => sample,
    step({ index, sample }, output, added) {
      const [now, next] = [scalesOf(timesteps[index]), scalesOf(timesteps[index] - stride)];
      const deviation = eta * addedNoise(now, next);
      const direction = Math.sqrt(Math.max(0, next.noise ** 2 - deviation ** 2));
      return {
        index: index + 1,
        sample: sample.map((noisy, i) => {
          const clean = clip(cleanOf(prediction, now, noisy, output[i]));
          const known = next.signal * clean +
            direction * noiseOf(prediction, now, noisy, output[i]);
          return deviation === 0 ? known : known + deviation * added![i];
        }),
      };
    },
  };
}
