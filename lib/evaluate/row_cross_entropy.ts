/**
 * The loss of one row that has one label.
 *
 * @module
 */

/** The cross-entropy of a row's logits, in nats: of the logits, since a tiny probability rounds to 0. */
export function rowCrossEntropy(logits: Float32Array, label: number): number {
  const top = logits.reduce((a, b) => Math.max(a, b));
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - top), 0);
  return Math.log(sum) + top - logits[label];
}
