/**
 * What one layer's attention is given.
 *
 * @module
 */
import type { Tensor } from "../engine/mod.ts";
import type { AttentionSite } from "./attention_site.ts";
import type { TokenPositions } from "./token_positions.ts";

/** One layer's attention. */
export interface AttentionCall {
  /** The layer of its stack, counted from 0. */
  readonly layer: number;
  /** Which attention of an encoder-decoder; absent in families of a single stack. */
  readonly site?: AttentionSite;
  /**
   * [batch · queries, numHeads · headSize]; fewer queries than the sequence where not all rows are
   * needed
   */
  readonly query: Tensor;
  /** [batch · sequence, numKeyValueHeads · headSize], as `value` */
  readonly key: Tensor;
  readonly value: Tensor;
  /** [batch, sequence] int32: 0 for padding, else 1 or the token's example in a packed row */
  readonly mask: Tensor;
  /** True where no token is padding and all see all, as the patches of an image do: nothing is masked. */
  readonly seesAll?: boolean;
  /** The same of the queries where rows are packed: each sees the tokens of its own example only. */
  readonly queryMask: Tensor | undefined;
  readonly numHeads: number;
  /** Heads of keys and values, each for as many neighbouring heads of queries; `numHeads` unless given. */
  readonly numKeyValueHeads?: number;
  /**
   * Where given, no query sees keys of later positions, unless `causal` is false. A method's prefix is
   * seen by all.
   */
  readonly positions?: TokenPositions | undefined;
  /** False where positions are given for `bias` alone. */
  readonly causal?: boolean;
  /**
   * Where given with `positions`, a query sees only keys of the last so many positions, its own
   * included. A method's prefix is seen by all.
   */
  readonly window?: number | undefined;
  /** What the products of queries and keys are multiplied with; 1 / √headSize unless given. */
  readonly scale?: number | undefined;
  /** Bounds the scores smoothly before masking: softCap · tanh(score / softCap). */
  readonly softCap?: number | undefined;
  /**
   * Added to the scores, [1 or batch, numHeads, queries, keys], made of where the queries and all keys
   * stand, those of a method's prefix and of a cache included. It needs `positions`.
   */
  bias?(positions: TokenPositions): Tensor;
  /** Dropout of the attention weights. */
  readonly dropout: number;
}

/** An attention of the decoder to the encoder. */
export interface CrossAttentionCall
  extends
    Pick<AttentionCall, "layer" | "query" | "mask" | "seesAll" | "numHeads" | "dropout" | "scale"> {
  /**
   * Keys and values of the encoder's hidden states, each [batch · source, hiddenSize]; asked for only
   * where nobody remembers them.
   */
  keysValues(): Pick<AttentionCall, "key" | "value">;
}
