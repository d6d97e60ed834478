/**
 * Euler's method along a flow, as diffusers' `FlowMatchEulerDiscreteScheduler` computes it: each step goes
 * on in the direction that the model predicts (Esser et al., arXiv 2403.03206).
 *
 * @module
 */
import { shifted } from "../noise_scales.ts";
import type { ImageSampler, SamplerContext } from "./sampler.ts";

/** Samples a flow. */
export function flowEuler({ schedule, steps }: SamplerContext): ImageSampler {
  const { trainTimesteps, options: { shift = 1 } } = schedule;
  const [most, least] = [schedule.noise[trainTimesteps - 1], schedule.noise[0]];
  const stride = steps === 1 ? 0 : (least - most) / (steps - 1);
  // Shifted once more, as in diffusers: `most` and `least` are shifted already.
  const sigmas = Float64Array.from(
    { length: steps + 1 },
    (_, i) => i === steps ? 0 : shifted(most + i * stride, shift),
  );
  return {
    name: "euler",
    timesteps: sigmas.slice(0, steps).map((sigma) => sigma * trainTimesteps),
    addsNoise: () => false,
    start: (sample) => ({ index: 0, sample }),
    modelInput: ({ sample }) => sample,
    step({ index, sample }, output) {
      const move = sigmas[index + 1] - sigmas[index];
      return {
        index: index + 1,
        sample: sample.map((noisy, i) => noisy + move * output[i]),
      };
    },
  };
}
