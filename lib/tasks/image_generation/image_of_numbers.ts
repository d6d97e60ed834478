/**
 * What a denoiser gives, as an image that people see.
 *
 * @module
 */
import type { Image } from "../../image/image.ts";
import type { DenoiserModel } from "./denoiser_model.ts";

/** The numbers [channels, height, width] of an image of the model's processor, as 8 bits a channel. */
export function imageOfNumbers(
  numbers: Float32Array,
  { shape: [channels, height, width], pixels }: Pick<DenoiserModel, "shape" | "pixels">,
): Image {
  const { image_mean: mean, image_std: deviation } = pixels.config as {
    readonly image_mean: readonly number[];
    readonly image_std: readonly number[];
  };
  const data = new Uint8Array(channels * height * width);
  for (let channel = 0; channel < channels; channel++) {
    for (let pixel = 0; pixel < height * width; pixel++) {
      const shown = numbers[channel * height * width + pixel] * deviation[channel] + mean[channel];
      data[pixel * channels + channel] = Math.min(255, Math.max(0, Math.round(shown * 255)));
    }
  }
  return { width, height, channels: channels as Image["channels"], data };
}
