/**
 * Leaves the tokens that are about as surprising as the next token is on average.
 *
 * @module
 */
import { exponentials } from "../exponentials.ts";
import { firstBeyond } from "../partial_order.ts";
import type { LogitsProcessor } from "./logits_processor.ts";

/**
 * Orders tokens by how far their surprise −log p is from the entropy and leaves the nearest until their
 * probabilities reach `mass` (locally typical sampling, Meister et al., 2022, arXiv 2202.00666).
 */
export function typical(mass: number): LogitsProcessor {
  let distances = new Float32Array(0);
  return (logits) => {
    if (distances.length !== logits.length) distances = new Float32Array(logits.length);
    const { masses, total, largest } = exponentials(logits);
    let sum = 0;
    for (let i = 0; i < logits.length; i++) {
      if (masses[i] > 0) sum += masses[i] * (logits[i] - largest);
    }
    // −log p of a token is `normalizer` − logit, and the entropy is the mean of it.
    const normalizer = largest + Math.log(total);
    const entropy = Math.log(total) - sum / total;
    for (let i = 0; i < logits.length; i++) {
      distances[i] = Math.abs(normalizer - logits[i] - entropy);
    }
    const furthest = distances[firstBeyond(distances, masses, mass * total, true)];
    for (let i = 0; i < logits.length; i++) {
      if (distances[i] > furthest) logits[i] = -Infinity;
    }
  };
}
