/**
 * AdamW (Loshchilov and Hutter, arXiv 1711.05101): Adam with bias correction and weight decay that
 * does not pass through the moments, as `torch.optim.AdamW`.
 *
 * @module
 */
import { type Tensor, tf, type Update } from "../../engine/mod.ts";
import { parameters } from "../../nn/trainable_model.ts";
import { gradients } from "../gradient_program.ts";
import { openElementwise } from "./elementwise_rule.ts";
import type { OptimizerRule, OptimizerSettings } from "./optimizer_rule.ts";

/** The running means of gradients and of their squares. */
export const moments = ["firstMoment", "secondMoment"] as const;

/** The optimizer that runs use unless told otherwise. */
export const adamw: OptimizerRule = {
  options: ["beta1", "beta2", "epsilon"],
  learningRateScale: 1,
  shrinksIdle: true,
  vectors: () => moments,
  open: (on) =>
    openElementwise(on, adamwUpdate(on.settings, on.gradients), (step, { beta1, beta2 }) => ({
      correction1: 1 / (1 - beta1 ** step),
      correction2: 1 / (1 - beta2 ** step),
    })),
};

/** AdamW's update; `gradientVector` names where the gradients lie. */
export function adamwUpdate(
  { beta1, beta2, epsilon }: Pick<OptimizerSettings, "beta1" | "beta2" | "epsilon">,
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
