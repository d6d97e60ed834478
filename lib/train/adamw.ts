/**
 * AdamW (Loshchilov and Hutter, arXiv 1711.05101): Adam with bias correction and weight decay that
 * does not pass through the moments.
 *
 * @module
 */
import { type Tensor, tf, type Update } from "../engine/mod.ts";
import { parameters } from "../nn/trainable_model.ts";
import { gradients } from "./gradient_program.ts";

/** The optimiser's memory. */
export const moments = ["firstMoment", "secondMoment"] as const;

/** Settings of AdamW that stay fixed during a run. */
export interface AdamwOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** The step's update; `gradientVector` names where the gradients lie. */
export function adamw(
  { beta1, beta2, epsilon }: AdamwOptions,
  gradientVector: string = gradients,
): Update {
  return {
    name: "adamw",
    vectors: [parameters, gradientVector, ...moments],
    // `clip` scales the gradients; `correction1` and `correction2` are 1 / (1 − βᵗ).
    scalars: ["learningRate", "weightDecay", "clip", "correction1", "correction2"],
    compute(vectors, { learningRate, weightDecay, clip, correction1, correction2 }) {
      const gradient = tf.mul(vectors[gradientVector], clip);
      const blend = (old: Tensor, fresh: Tensor, beta: number) =>
        tf.add(tf.mul(old, beta), tf.mul(fresh, 1 - beta));
      const firstMoment = blend(vectors.firstMoment, gradient, beta1);
      const secondMoment = blend(vectors.secondMoment, tf.square(gradient), beta2);
      const spread = tf.add(tf.sqrt(tf.mul(secondMoment, correction2)), epsilon);
      const step = tf.div(tf.mul(firstMoment, correction1), spread);
      const old = vectors[parameters];
      const change = tf.mul(tf.add(step, tf.mul(old, weightDecay)), learningRate);
      return { [parameters]: tf.sub(old, change), firstMoment, secondMoment };
    },
  };
}

/** The sum of squares of all gradients, from which the global norm follows. */
export function gradientSquares(gradientVector: string = gradients): Update {
  return {
    name: "gradient norm",
    vectors: [gradientVector],
    scalars: [],
    compute: (vectors) => ({ squares: tf.sum(tf.square(vectors[gradientVector])) }),
  };
}

/** Adds the gradients of one part of a batch to those of the parts before (`keep` 1, or 0 at first). */
export function accumulate(target: string): Update {
  return {
    name: "accumulate",
    vectors: [target, gradients],
    scalars: ["keep"],
    compute: (vectors, { keep }) => ({
      [target]: tf.add(tf.mul(vectors[target], keep), vectors[gradients]),
    }),
  };
}
