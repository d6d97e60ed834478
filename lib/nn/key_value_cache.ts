/**
 * Keys and values of tokens that a model has read before, so that a text can be continued without
 * reading it again.
 *
 * @module
 */
import type { Tensor } from "../engine/mod.ts";
import type { AttentionCall } from "./attention_call.ts";
import type { KeysValues } from "./method.ts";
import type { TokenPositions } from "./token_positions.ts";

/** What one layer's attention reads: tokens of before and the batch's own. */
export interface ExtendedKeysValues {
  /** In the order of the tokens; a method's prefix is put before the first. */
  readonly segments: readonly KeysValues[];
  /** The masks of all segments, [batch, all keys] int32. */
  readonly mask: Tensor;
  /** Where keys and queries stand; no query sees a later key. */
  readonly positions: TokenPositions;
}

/** A cache as a program sees it. */
export interface KeyValueCache {
  /** How many tokens of each row were read before, [batch, 1] int32: the position of the next one. */
  readonly lengths: Tensor;
  /** Keeps the batch's own keys and values of a layer, counted from 0, and gives all that it reads. */
  extend(layer: number, own: KeysValues): ExtendedKeysValues;
  /** Does the whole attention of a layer by itself where it is there; `extend` is not asked then. */
  attend?(call: AttentionCall): Tensor;
  /**
   * What a decoder's layer reads of its encoder, without a method's prefix; `compute` makes it where it is
   * not remembered. Without this it is computed.
   */
  crossed?(layer: number, compute: () => KeysValues): KeysValues;
}
