/**
 * The filters of Pillow's resampling, by the number that `preprocessor_config.json` has for them.
 *
 * @module
 */

/** How pixels are weighted by their distance. */
export type ResampleName = "nearest" | "lanczos" | "bilinear" | "bicubic" | "box" | "hamming";

/** A weight by distance in pixels of the smaller image, 0 from `support` on. */
export interface ResampleFilter {
  readonly support: number;
  weight(distance: number): number;
}

/** The names by Pillow's numbers: `Image.Resampling`. */
export const resampleNames: readonly ResampleName[] = [
  "nearest",
  "lanczos",
  "bilinear",
  "bicubic",
  "box",
  "hamming",
];

/** Keys' parameter (1981), as Pillow chooses it. */
const bicubicA = -0.5;
/** Lobes of the Lanczos window. */
const lanczosLobes = 3;
/** Of the Hamming window. */
const hammingMean = 0.54;

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
}

/** All but "nearest", which takes one pixel. */
export const resampleFilters: Readonly<Record<Exclude<ResampleName, "nearest">, ResampleFilter>> = {
  box: { support: 0.5, weight: (x) => x > -0.5 && x <= 0.5 ? 1 : 0 },
  bilinear: { support: 1, weight: (x) => Math.max(1 - Math.abs(x), 0) },
  hamming: {
    support: 1,
    weight: (x) =>
      Math.abs(x) >= 1
        ? 0
        : sinc(x) * (hammingMean + (1 - hammingMean) * Math.cos(Math.abs(x) * Math.PI)),
  },
  bicubic: {
    support: 2,
    weight(distance) {
      const x = Math.abs(distance);
      if (x < 1) return ((bicubicA + 2) * x - (bicubicA + 3)) * x * x + 1;
      if (x < 2) return (((x - 5) * x + 8) * x - 4) * bicubicA;
      return 0;
    },
  },
  lanczos: {
    support: lanczosLobes,
    weight: (x) => x >= -lanczosLobes && x < lanczosLobes ? sinc(x) * sinc(x / lanczosLobes) : 0,
  },
};
