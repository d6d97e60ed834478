/**
 * What the attention of layers is made of, for losses that read it: its maps as a whole are made of these vectors,
 * however the attention itself is computed.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import type { Tensor } from "../engine/mod.ts";
import type { AttentionCall } from "./attention_call.ts";

/** The vectors of a token in an attention. */
export type AttentionVector = "query" | "key" | "value";

/** One layer's attention: its vectors [batch · sequence, numHeads · headSize], and whose tokens they are. */
export type AttentionVectors = Pick<AttentionCall, AttentionVector | "mask" | "numHeads">;

/** A part of a loss that reads the attention of layers, of families that are one stack of layers. */
export interface LayerAttention {
  /** Of which layers, counted from 1. */
  readonly layers: readonly number[];
  /** What is added to the loss, a scalar, of the attention of each of the layers. */
  loss(
    found: readonly AttentionVectors[],
    feeds: Readonly<Record<string, Tensor>>,
  ): Tensor;
}

/** Keeps the attention of some layers while a model runs. */
export function attentionAt(layers: readonly number[]): {
  /** Is told of every attention before it is computed; an error of kind "unsupported" where maps are more than products. */
  attends(call: AttentionCall): void;
  /** The attention in the order of the layers; an error of kind "unsupported" where one was not run. */
  all(): AttentionVectors[];
} {
  const found = new Map<number, AttentionVectors>();
  return {
    attends(call) {
      if (!layers.includes(call.layer + 1)) return;
      checkPlain(call);
      const { query, key, value, mask, numHeads } = call;
      found.set(call.layer + 1, { query, key, value, mask, numHeads });
    },
    all: () =>
      layers.map((layer) => {
        const own = found.get(layer);
        if (own) return own;
        throw new TunebookError(
          "unsupported",
          `the attention of layer ${layer} is compared, which is not computed here: the model is no stack with so ` +
            "many layers, or layers up to it are frozen and computed once; train it whole, full()",
        );
      }),
  };
}

/** The loss is made of products of vectors over the tokens that stand together. */
function checkPlain({ positions, causal = true, scale, softCap, bias, site }: AttentionCall): void {
  const what = site !== undefined
    ? "an encoder-decoder has several attentions a layer"
    : positions && causal
    ? "tokens of a decoder see only those before them"
    : bias !== undefined || scale !== undefined || softCap !== undefined
    ? "the scores of this family are more than products of queries and keys over √(numbers of a head)"
    : undefined;
  if (what === undefined) return;
  throw new TunebookError(
    "unsupported",
    `attention is compared in encoders such as BERT, and ${what}; compare hidden states, or none of it`,
  );
}
