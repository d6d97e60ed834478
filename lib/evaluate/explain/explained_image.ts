/**
 * An image whose label is explained.
 *
 * @module
 */
import type { HostTensor } from "../../engine/mod.ts";
import type { Explained } from "./explained.ts";
import {
  gradientsAtPoints,
  type PointsInput,
  scoresOfVariants,
  sumsAtPoints,
  type VariantsOptions,
} from "./explained_rows.ts";

/** An image as the model is fed with it, cut into regions. */
export interface ExplainedPixels {
  /** [1, channels, height, width] */
  readonly pixels: HostTensor;
  /** What the feed is called. */
  readonly name: string;
  readonly regions: readonly [rows: number, columns: number];
  /** What stands where a region is left out: 0, which is the mean of what a processor normalises. */
  readonly blank: number;
}

/** The image as methods see it; its units are pixels, the colours together. */
export function explainedImage(
  { pixels, name, regions: [rows, columns], blank }: ExplainedPixels,
  options: Omit<VariantsOptions, "sequence" | "units">,
): Explained {
  const [, channels, height, width] = pixels.shape;
  const size = height * width;
  const input = Float32Array.from(pixels.data);
  const featureOf = Int32Array.from({ length: size }, (_, at) => {
    const row = Math.floor(Math.floor(at / width) * rows / height);
    return row * columns + Math.floor(at % width * columns / width);
  });
  const own: VariantsOptions = {
    ...options,
    sequence: 1,
    units:
      options.programs.trainable.model.family.tokensOf?.(options.programs.trainable.model.config) ||
      1,
  };
  const shape = [channels, height, width];
  const pointsInput: PointsInput = { layer: "pixels", shape, feedsOf: () => ({}) };
  return {
    features: rows * columns,
    featureOf,
    scores: (present) =>
      scoresOfVariants(present.length, (from, to) => {
        const data = new Float32Array((to - from) * input.length);
        present.slice(from, to).forEach((mask, row) =>
          data.set(
            input.map((value, at) => mask[featureOf[at % size]] ? value : blank),
            row * input.length,
          )
        );
        return { [name]: { shape: [to - from, ...shape], data } };
      }, own),
    vectors: () =>
      Promise.resolve({
        input,
        baseline: new Float32Array(channels * size).fill(blank),
        unitOf: (at) => at % size,
      }),
    gradients: (points, _, each) => gradientsAtPoints(points, pointsInput, each, own),
    sums: (points) => sumsAtPoints(points, pointsInput, own),
  };
}
