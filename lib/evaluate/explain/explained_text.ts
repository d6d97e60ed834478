/**
 * A text whose answer is explained.
 *
 * @module
 */
import type { HostTensor } from "../../engine/mod.ts";
import type { Feeds } from "../../nn/feeds.ts";
import { modelHead } from "../../nn/model.ts";
import type { Explained } from "./explained.ts";
import {
  gradientsAtPoints,
  type PointsInput,
  scoresOfVariants,
  sumsAtPoints,
  type VariantsOptions,
} from "./explained_rows.ts";

/** A sequence of tokens and its words. */
export interface ExplainedTokens {
  /** [tokens] */
  readonly ids: Int32Array;
  /** Segments, [tokens]; absent where the model has none. */
  readonly types: Int32Array | undefined;
  /** The word of each token, −1 for special ones, [tokens]. */
  readonly wordOf: Int32Array;
  readonly words: number;
  /** The token that takes the place of what is left out. */
  readonly baselineId: number;
  /** What the decoder of an encoder-decoder has written so far, its first token included, [target]; it always stays. */
  readonly decoderIds?: Int32Array | undefined;
}

/** The sequence as methods see it. A word that is left out gives way to the baseline's token, as often as it has tokens. */
export function explainedText(
  { ids, types, wordOf, words, baselineId, decoderIds }: ExplainedTokens,
  options: Omit<VariantsOptions, "sequence" | "units">,
): Explained {
  const tokens = ids.length;
  const { reads } = modelHead(options.programs.trainable.model);
  const sequence = decoderIds?.length ?? (reads === "tokens" ? tokens : 1);
  const own: VariantsOptions = { ...options, sequence, units: tokens + (decoderIds?.length ?? 0) };
  const ones = new Int32Array(tokens).fill(1);
  const written = (batch: number): Feeds => decoderIds ? sameDecoderFeeds(decoderIds, batch) : {};
  const segments = (batch: number): Feeds =>
    types ? { token_type_ids: repeated(types, batch) } : {};
  const batchOf = (variants: readonly Int32Array[]): Feeds => {
    const data = new Int32Array(variants.length * tokens);
    variants.forEach((each, row) => data.set(each, row * tokens));
    return {
      input_ids: { shape: [variants.length, tokens], data },
      attention_mask: repeated(ones, variants.length),
      ...segments(variants.length),
      ...written(variants.length),
    };
  };
  const without = (mask: Uint8Array) =>
    ids.map((id, token) => wordOf[token] >= 0 && mask[wordOf[token]] === 0 ? baselineId : id);
  const pointsInput = (layer: number | undefined): PointsInput => ({
    layer: layer ?? "words",
    shape: [tokens, options.programs.trainable.model.config.hiddenSize],
    feedsOf: (batch) => ({
      attention_mask: repeated(ones, batch),
      ...(layer === undefined ? { ...segments(batch), ...written(batch) } : {}),
    }),
  });
  return {
    features: words,
    featureOf: wordOf,
    scores: (present) =>
      scoresOfVariants(
        present.length,
        (from, to) => batchOf(present.slice(from, to).map(without)),
        own,
      ),
    async vectors(layer) {
      const none = without(new Uint8Array(words));
      const { vectors: { data } } = await options.programs.run(
        `vectors at ${layer ?? "words"}`,
        batchOf([ids, none]),
      );
      const size = data.length / 2;
      const numbers = data as Float32Array;
      const width = size / tokens;
      return {
        input: numbers.slice(0, size),
        baseline: numbers.slice(size),
        unitOf: (at) => Math.floor(at / width),
      };
    },
    gradients: (points, layer, each) => gradientsAtPoints(points, pointsInput(layer), each, own),
    sums: (points, layer) => sumsAtPoints(points, pointsInput(layer), own),
  };
}

/** What a decoder is fed with in so many rows that have written the same. */
export function sameDecoderFeeds(ids: Int32Array, batch: number): Feeds {
  return {
    decoder_input_ids: repeated(ids, batch),
    decoder_attention_mask: repeated(new Int32Array(ids.length).fill(1), batch),
  };
}

/** The same row so many times. */
function repeated(values: Int32Array, batch: number): HostTensor {
  const tokens = values.length;
  const data = new Int32Array(batch * tokens);
  for (let row = 0; row < batch; row++) data.set(values, row * tokens);
  return { shape: [batch, tokens], data };
}
