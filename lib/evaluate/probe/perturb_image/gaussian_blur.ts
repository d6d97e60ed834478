/**
 * A lens out of focus.
 *
 * @module
 */
import { type ImagePerturbation, ofSeverity, type SeverityOptions } from "./image_perturbation.ts";

/** Standard deviations in pixels of an image whose shorter side has 224 pixels. */
const deviations = [1, 2, 3, 4, 6] as const;
const usualSide = 224;
/** Where the kernel ends, in standard deviations, as in SciPy. */
const truncation = 4;
const channels = 3;

/**
 * Blurs by a Gaussian: ImageNet-C's `gaussian_blur`. Its widths are those for a shorter side of 224 pixels and scale
 * with the image, so that small images are blurred as much as large ones.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense.
 *
 * @example
 * ```ts
 * import { gaussianBlur, Random } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const image = { width: 16, height: 16, channels: 3, data: Uint8Array.from({ length: 768 }, (_, at) => at % 256) } as const;
 * const { data } = gaussianBlur({ severity: 5 }).apply(image, Random.fromSeed(1));
 * assert.ok(data.length === 768 && data.some((value, at) => value !== image.data[at]));
 * ```
 */
export const gaussianBlur: (options?: SeverityOptions) => ImagePerturbation = ofSeverity(
  "gaussianBlur",
  "gaussian blur",
  deviations,
  (values, deviation, { width, height }) => {
    const kernel = gaussian(deviation * Math.min(width, height) / usualSide);
    const across = filtered(values, kernel, { count: width, stride: channels });
    return filtered(across, kernel, { count: height, stride: width * channels });
  },
);

/** The weights of a Gaussian; they sum to 1. */
function gaussian(deviation: number): number[] {
  const radius = Math.floor(truncation * deviation + 0.5);
  const weights = Array.from(
    { length: 2 * radius + 1 },
    (_, at) => Math.exp(-0.5 * ((at - radius) / deviation) ** 2),
  );
  const sum = weights.reduce((before, weight) => before + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Weighted sums along one direction; beyond the edge the last value goes on. */
function filtered(
  values: Float64Array,
  kernel: readonly number[],
  { count, stride }: { readonly count: number; readonly stride: number },
): Float64Array {
  const radius = (kernel.length - 1) / 2;
  return values.map((_, index) => {
    const at = Math.floor(index / stride) % count;
    const first = index - at * stride;
    return kernel.reduce((sum, weight, tap) => {
      const other = Math.min(count - 1, Math.max(0, at + tap - radius));
      return sum + weight * values[first + other * stride];
    }, 0);
  });
}
