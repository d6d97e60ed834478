/**
 * How far the next tokens of a model are from those of its teacher.
 *
 * @module
 */
import { type Tensor, tf } from "../../engine/mod.ts";

/** Below any probability that matters, so that its logarithm is a number. */
const leastProbability = 1e-30;

/**
 * The generalised Jensen-Shannon divergence of each token, [tokens], in nats (Agarwal et al., "On-Policy Distillation of
 * Language Models", 2024, arXiv 2306.13649, equation 1, as TRL computes it): β · KL(p ‖ m) + (1 − β) · KL(q ‖ m) with
 * m = β · p + (1 − β) · q, p the teacher and q the model. β of 0 is KL(p ‖ q), the forward one, and of 1 KL(q ‖ p), the
 * reverse one.
 *
 * @param said log q, [tokens, vocabulary]
 * @param taught log p, [tokens, vocabulary]
 */
export function generalizedDivergence(said: Tensor, taught: Tensor, beta: number): Tensor {
  if (beta === 0) return divergence(taught, said);
  if (beta === 1) return divergence(said, taught);
  const mean = tf.add(tf.mul(tf.exp(taught), beta), tf.mul(tf.exp(said), 1 - beta));
  const mixed = tf.log(tf.maximum(mean, leastProbability)) as Tensor;
  return tf.add(
    tf.mul(divergence(taught, mixed), beta),
    tf.mul(divergence(said, mixed), 1 - beta),
  );
}

/** KL(a ‖ b) of logarithms. */
function divergence(a: Tensor, b: Tensor): Tensor {
  return tf.sum(tf.mul(tf.exp(a), tf.sub(a, b)), -1);
}
