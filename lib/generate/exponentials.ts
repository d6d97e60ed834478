/**
 * Logits → what they weigh in a softmax.
 *
 * @module
 */
import { largest as largestOf } from "./partial_order.ts";

/** Weights that are not yet divided by their sum. */
export interface Exponentials {
  /** exp(logit − largest) of each token; overwritten by the next call. */
  readonly masses: Float32Array;
  /** The sum of the masses. */
  readonly total: number;
  /** The largest logit. */
  readonly largest: number;
}

let masses = new Float32Array(0);

/** e^−104 is the least that float32 can hold. */
const least = -104;

/** The weights of a row of logits. They stand in one buffer that every call uses. */
export function exponentials(logits: Float32Array): Exponentials {
  if (masses.length !== logits.length) masses = new Float32Array(logits.length);
  const largest = largestOf(logits);
  let total = 0;
  for (let i = 0; i < logits.length; i++) {
    const below = logits[i] - largest;
    const mass = below < least ? 0 : Math.exp(below);
    masses[i] = mass;
    total += mass;
  }
  return { masses, total, largest };
}
