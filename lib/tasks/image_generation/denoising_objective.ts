/**
 * What the training of a denoiser minimises.
 *
 * @module
 */
import { type InputSpec, type Tensor, tf } from "../../engine/mod.ts";
import type { Objective } from "../../nn/objective.ts";
import { denoiserHeadName } from "./denoiser_head.ts";

/** The sizes of images, and how many labels they may have. */
export interface DenoisingObjectiveOptions {
  /** [channels, height, width] */
  readonly shape: readonly [number, number, number];
  readonly classes: number;
}

/**
 * The mean squared error over the pixels of an image between what the model says and what it should say, times the
 * weight of the image's step; the mean over the images (Ho et al., arXiv 2006.11239, formula 14). Targets and
 * weights belong to noise that is drawn for a batch, so that they come with its feeds: `targets` [batch, channels,
 * height, width] and `step_weights` [batch].
 */
export function denoisingObjective({ shape, classes }: DenoisingObjectiveOptions): Objective {
  const feed = (...dims: (string | number)[]): InputSpec => ({
    role: "feed",
    type: "float32",
    shape: dims,
  });
  const numbers = shape.reduce((product, size) => product * size, 1);
  return {
    name: "image-generation",
    head: { name: denoiserHeadName, outputs: classes },
    outputs: numbers,
    per: "sequence",
    feeds: {
      targets: feed("batch", ...shape),
      step_weights: feed("batch"),
      normaliser: feed(),
    },
    exported: (results: Tensor) => ({ out_sample: results }),
    readExported: ({ out_sample: { data } }, lengths) =>
      lengths.map((_, at) => (data as Float32Array).slice(at * numbers, (at + 1) * numbers)),
    loss(results, { targets, step_weights, normaliser }) {
      const errors = tf.mean(tf.square(tf.sub(results, targets)), [1, 2, 3]);
      return tf.div(tf.sum(tf.mul(errors, step_weights)), normaliser);
    },
    weightOf: (rows) => rows.length,
    targetsOf: (_rows, normaliser) => ({
      normaliser: { shape: [], data: Float32Array.of(normaliser) },
    }),
  };
}
