/**
 * A model without a mind: random logits, which only a constraint gives a form.
 *
 * @module
 */
import { Random } from "../../lib/core/random.ts";
import { drawToken } from "../../lib/generate/choose_token.ts";
import type { OutputConstraint } from "../../lib/generate/grammar/output_constraint.ts";

/** What it wrote. */
export interface RandomText {
  readonly text: string;
  readonly tokens: readonly number[];
  /** Whether it ended with the stop token. */
  readonly isComplete: boolean;
}

/**
 * Writes until it may and does stop. The stop token, and tokens that close something, are likelier the longer
 * the text is, because white noise would open brackets for ever.
 */
export function writeAtRandom(
  constraint: OutputConstraint,
  { vocabSize, stopToken, closing, seed, most = 400 }: {
    vocabSize: number;
    stopToken: number;
    closing: readonly number[];
    seed: number;
    most?: number;
  },
): RandomText {
  const random = Random.fromSeed(seed);
  const tokens: number[] = [];
  const logits = new Float32Array(vocabSize);
  while (tokens.length < most) {
    for (let i = 0; i < vocabSize; i++) logits[i] = 2 * random.normal();
    for (const token of [stopToken, ...closing]) logits[token] += 2 + tokens.length / 8;
    constraint.process(logits, { prompt: [], written: tokens });
    const token = drawToken(logits, random);
    if (token === stopToken) return { text: constraint.text(tokens), tokens, isComplete: true };
    tokens.push(token);
  }
  return { text: constraint.text(tokens), tokens, isComplete: false };
}
