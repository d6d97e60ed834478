/**
 * How far two models are apart, by a token that one of them has sampled.
 *
 * @module
 */

/**
 * An estimate of the KL divergence of what samples from another model (Schulman, "Approximating KL
 * divergence", 2020), never negative.
 *
 * @param apart log p by what has sampled the token less log p by the other
 */
export function schulman(apart: number): number {
  return Math.expm1(-apart) + apart;
}
