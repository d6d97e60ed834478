/**
 * One answer while it is sampled: its tokens with their log probabilities and entropies.
 *
 * @module
 */
import type { TextRule } from "../generate/continue_texts.ts";
import { exponentials } from "../generate/exponentials.ts";
import type { TextWriter } from "../generate/text_writer.ts";
import type { PolicyAnswer } from "../nn/rollout.ts";

/**
 * Lets a writer choose tokens and notes how likely each was. The log probabilities are those of the whole
 * distribution at the temperature: the loss has the same, and a distribution that is cut to some tokens would
 * make the ratio of the two wrong (huggingface/trl, issue 6789).
 */
export class SampledText implements TextRule {
  readonly #writer: TextWriter;
  readonly #temperature: number;
  readonly #logProbs: number[] = [];
  readonly #entropies: number[] = [];

  constructor(writer: TextWriter, temperature: number) {
    this.#writer = writer;
    this.#temperature = temperature;
  }

  choose(logits: Float32Array): number {
    const isPlain = this.#temperature === 1 && this.#writer.drawsPlainly;
    const own = isPlain ? logits : scaled(logits, this.#temperature);
    const weights = exponentials(own);
    const { total, largest, weighted } = weights;
    const size = Math.log(total);
    this.#entropies.push(Math.max(0, size - weighted / total));
    const token = this.#writer.choose(logits, isPlain ? weights : undefined);
    this.#logProbs.push(own[token] - largest - size);
    return token;
  }

  ends(token: number): boolean {
    return this.#writer.ends(token);
  }

  /** What was sampled. */
  get answer(): PolicyAnswer {
    const { text, tokens, finishReason } = this.#writer.generated;
    return {
      text,
      tokens: Int32Array.from(tokens),
      finished: finishReason === "end" || finishReason === "stop",
      logProbs: Float32Array.from(this.#logProbs),
      entropies: Float32Array.from(this.#entropies),
    };
  }
}

/** The logits over the temperature; a copy, since a writer changes what it is given. */
function scaled(logits: Float32Array, temperature: number): Float32Array {
  const own = logits.slice();
  if (temperature !== 1) { for (let id = 0; id < own.length; id++) own[id] /= temperature; }
  return own;
}
