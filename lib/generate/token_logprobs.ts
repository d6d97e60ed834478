/**
 * How likely tokens were.
 *
 * @module
 */
import { exponentials } from "./exponentials.ts";
import { kthLargest } from "./partial_order.ts";

/** A token with the natural logarithm of its probability. */
export interface TokenLogprob {
  readonly token: number;
  readonly logprob: number;
}

/** The log probability of a written token, and the likeliest ones beside it. */
export interface TokenLogprobs extends TokenLogprob {
  /** The likeliest tokens, the likeliest first. */
  readonly top: readonly TokenLogprob[];
}

/** Turns logits into log probabilities in place. */
export function logSoftmax(logits: Float32Array): void {
  const { total, largest } = exponentials(logits);
  const normalizer = largest + Math.log(total);
  for (let i = 0; i < logits.length; i++) logits[i] -= normalizer;
}

/**
 * The log probability of a token under the softmax of `logits` [vocabSize], and of the `count` likeliest.
 * Logits as the model gives them say what the model thinks; those that processors went over, what was
 * drawn from.
 */
export function tokenLogprobs(
  logits: Float32Array,
  token: number,
  count: number,
): TokenLogprobs {
  const { total, largest } = exponentials(logits);
  const normalizer = largest + Math.log(total);
  const of = (id: number): TokenLogprob => ({ token: id, logprob: logits[id] - normalizer });
  return { ...of(token), top: likeliestTokens(logits, count).map(of) };
}

/** The ids of the `count` largest logits, the largest first, the first of equal ones first. */
export function likeliestTokens(logits: Float32Array, count: number): number[] {
  if (count <= 0) return [];
  const least = count >= logits.length ? -Infinity : kthLargest(logits, count);
  const found: number[] = [];
  for (let i = 0; i < logits.length; i++) {
    if (logits[i] >= least && logits[i] > -Infinity) found.push(i);
  }
  return found.sort((a, b) => logits[b] - logits[a] || a - b).slice(0, count);
}
