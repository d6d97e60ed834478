/**
 * Captions by number, with the hidden states that a denoiser reads.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { Feeds } from "../../nn/feeds.ts";
import type { CaptionEncoder } from "../../nn/processor.ts";

/** The most bytes of hidden states that are kept. */
const mostKept = 2e9;
const bytesOfNumber = 4;
const bytesOfGigabyte = 1e9;

/** Captions as numbers. */
export interface CaptionStates {
  /** How many captions say something; the number of the empty one, which stands for none. */
  readonly none: number;
  /** The number of a caption that was encoded. */
  numberOf(caption: string): number;
  /** How many of these captions, by number, lost their end. */
  countCut(numbers: ArrayLike<number>): number;
  /** `encoder_hidden_states` [batch, tokens, size] of captions by number. */
  feedsOf(numbers: readonly number[]): Feeds;
}

/**
 * Encodes each different caption once, and the empty one.
 *
 * Throws an error of kind "unsupported" for more hidden states than 2 GB.
 */
export async function captionStates(
  encoder: CaptionEncoder,
  captions: Iterable<string>,
  signal?: AbortSignal,
): Promise<CaptionStates> {
  const { tokens, size } = encoder;
  const different = [...new Set(captions)].filter((caption) => caption !== "");
  const bytes = (different.length + 1) * tokens * size * bytesOfNumber;
  if (bytes > mostKept) {
    throw new TunebookError(
      "unsupported",
      `the hidden states of ${different.length} different captions take ` +
        `${(bytes / bytesOfGigabyte).toFixed(1)} GB, more than ${
          mostKept / bytesOfGigabyte
        }; give fewer`,
    );
  }
  const numbers = new Map([...different, ""].map((caption, at) => [caption, at]));
  const { states, isCut } = await encoder.encode([...numbers.keys()], signal);
  return {
    none: different.length,
    numberOf: (caption) => numbers.get(caption)!,
    countCut: (of) => Array.from(of).filter((number) => isCut[number]).length,
    feedsOf(of) {
      const data = new Float32Array(of.length * tokens * size);
      of.forEach((number, at) => data.set(states[number], at * tokens * size));
      return { encoder_hidden_states: { shape: [of.length, tokens, size], data } };
    },
  };
}
