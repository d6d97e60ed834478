/**
 * Lion (Chen et al., arXiv 2302.06675, algorithm 2): every parameter moves by the learning rate in the
 * direction of the sign of an interpolated gradient. It keeps one vector where AdamW keeps two.
 *
 * @module
 */
import { ops, type Tensor, tf, type Update } from "../../engine/mod.ts";
import { parameters } from "../../nn/trainable_model.ts";
import { openElementwise } from "./elementwise_rule.ts";
import type { OptimizerRule, OptimizerSettings } from "./optimizer_rule.ts";

const momentum = "lionMomentum";

/**
 * The betas are the paper's. Its section 5 finds learning rates 3 to 10 times smaller than AdamW's and
 * weight decay as many times larger right: here a tenth, and 0.1.
 */
export const lion: OptimizerRule = {
  options: ["beta1", "beta2"],
  defaults: { beta2: 0.99, weightDecay: 0.1 },
  learningRateScale: 0.1,
  shrinksIdle: true,
  vectors: () => [momentum],
  open: (on) => openElementwise(on, update(on.settings, on.gradients)),
};

function update(
  { beta1, beta2 }: Pick<OptimizerSettings, "beta1" | "beta2">,
  gradients: string,
): Update {
  return {
    name: "lion",
    vectors: [parameters, gradients, momentum],
    scalars: ["learningRate", "weightDecay", "clip"],
    compute(vectors, { learningRate, weightDecay, clip }) {
      const gradient = tf.mul(vectors[gradients], clip);
      const old = vectors[parameters];
      const blend = (mean: Tensor, beta: number) =>
        tf.add(tf.mul(mean, beta), tf.mul(gradient, 1 - beta));
      const interpolated = blend(vectors[momentum], beta1);
      const direction = tf.add(tf.sign(interpolated), tf.mul(old, weightDecay));
      return {
        [parameters]: tf.sub(old, tf.mul(direction, learningRate)),
        // The momentum is written over its old numbers, which the direction reads first.
        [momentum]: blend(ops.after(vectors[momentum], interpolated), beta2),
      };
    },
  };
}
