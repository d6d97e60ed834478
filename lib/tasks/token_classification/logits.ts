/**
 * What logits say: the likeliest label, and how likely each is.
 *
 * @module
 */

/** The index of the largest value, the first one of a tie. */
export function largest(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}

/** Probabilities, shifted by the largest logit so that nothing overflows. */
export function softmax(logits: Float32Array): number[] {
  const top = logits[largest(logits)];
  const powers = Array.from(logits, (logit) => Math.exp(logit - top));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}
