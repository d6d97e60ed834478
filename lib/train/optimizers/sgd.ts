/**
 * Stochastic gradient descent with momentum and Nesterov's variant (Sutskever et al., ICML 2013), as
 * `torch.optim.SGD` without dampening: weight decay is added to the gradient.
 *
 * @module
 */
import { type Tensor, tf, type Update } from "../../engine/mod.ts";
import { parameters } from "../../nn/trainable_model.ts";
import { openElementwise } from "./elementwise_rule.ts";
import type { OptimizerRule, OptimizerSettings } from "./optimizer_rule.ts";

const velocity = "velocity";

/**
 * AdamW moves each parameter by about its learning rate; SGD moves all of them together by the learning
 * rate · the gradient's norm / (1 − momentum), and the norm is clipped to 1. For 10⁵ to 10⁶ trained
 * parameters the two moves are equally long at 30 to 100 times AdamW's learning rate: here 50.
 */
export const sgd: OptimizerRule = {
  options: ["momentum", "nesterov"],
  defaults: { momentum: 0.9 },
  learningRateScale: 50,
  shrinksIdle: false,
  vectors: ({ momentum }) => momentum > 0 ? [velocity] : [],
  open: (on) => openElementwise(on, update(on.settings, on.gradients)),
};

function update(
  { momentum, nesterov }: Pick<OptimizerSettings, "momentum" | "nesterov">,
  gradients: string,
): Update {
  const keepsVelocity = momentum > 0;
  return {
    name: "sgd",
    vectors: [parameters, gradients, ...(keepsVelocity ? [velocity] : [])],
    scalars: ["learningRate", "weightDecay", "clip"],
    compute(vectors, { learningRate, weightDecay, clip }): Record<string, Tensor> {
      const old = vectors[parameters];
      const gradient = tf.add(tf.mul(vectors[gradients], clip), tf.mul(old, weightDecay));
      if (!keepsVelocity) return { [parameters]: tf.sub(old, tf.mul(gradient, learningRate)) };
      const next = tf.add(tf.mul(vectors[velocity], momentum), gradient);
      const direction = nesterov ? tf.add(gradient, tf.mul(next, momentum)) : next;
      return {
        [parameters]: tf.sub(old, tf.mul(direction, learningRate)),
        [velocity]: next,
      };
    },
  };
}
