/**
 * How much a training has changed the hidden states of rows.
 *
 * @module
 */
import type { HostTensor } from "../../engine/mod.ts";

/** What has become of the states that one block gives. */
export interface StatesChange {
  /** `block 1`, or of an encoder-decoder `encoder 1`, `decoder 1`. */
  readonly block: string;
  /** The mean over all tokens of the length of the change by the length of the state before. */
  readonly relativeChange: number;
  /** The mean over all tokens of the cosine between the state before and the state now. */
  readonly cosine: number;
}

/** Adds up what batches have changed. */
export class StatesChanges {
  readonly #sums = new Map<string, { relative: number; cosine: number; tokens: number }>();

  /**
   * @param before of each block, [batch, tokens, hiddenSize]
   * @param counts 1 for the tokens that count, [batch · tokens]; of an encoder-decoder those of its block
   */
  add(
    before: Readonly<Record<string, HostTensor>>,
    now: Readonly<Record<string, HostTensor>>,
    counts: (block: string) => ArrayLike<number> | undefined,
  ): void {
    for (const [block, { shape: [rows, tokens, size], data }] of Object.entries(before)) {
      const sums = this.#sums.get(block) ?? { relative: 0, cosine: 0, tokens: 0 };
      const counted = counts(block);
      const changed = now[block].data;
      for (let token = 0; token < rows * tokens; token++) {
        if (counted && !counted[token]) continue;
        let [square, other, difference, dot] = [0, 0, 0, 0];
        for (let at = token * size; at < (token + 1) * size; at++) {
          const [a, b] = [Number(data[at]), Number(changed[at])];
          square += a * a;
          other += b * b;
          difference += (b - a) ** 2;
          dot += a * b;
        }
        sums.relative += Math.sqrt(difference / square);
        sums.cosine += dot / Math.sqrt(square * other);
        sums.tokens++;
      }
      this.#sums.set(block, sums);
    }
  }

  /** The means, from the first block on. */
  means(): StatesChange[] {
    return [...this.#sums].map(([block, { relative, cosine, tokens }]) => ({
      block,
      relativeChange: relative / tokens,
      cosine: cosine / tokens,
    }));
  }
}
