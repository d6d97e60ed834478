/**
 * Causal attention over tokens of before, which lie in a cache, and new ones, which are put behind them.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { Tensor } from "../tf.ts";
import { singleNode } from "./single_node.ts";

/** What is read. Rows of the cache have room for some tokens; how many they hold is their own matter. */
export interface CachedAttentionInputs {
  /** [batch · sequence, heads · size] */
  readonly query: Tensor;
  /** [batch · sequence, keyValueHeads · size], as `value` */
  readonly key: Tensor;
  readonly value: Tensor;
  /** [batch, keyValueHeads, room, size], as `pastValues` */
  readonly pastKeys: Tensor;
  readonly pastValues: Tensor;
  /** Of each row the place of its last new token, counted from 0, [batch] int32. */
  readonly last: Tensor;
  /** The tokens of the longest row, new ones included, a scalar int32. */
  readonly total: Tensor;
}

/** How it is read. */
export interface CachedAttentionOptions {
  readonly batch: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly scale: number;
  /** Bounds the scores smoothly. */
  readonly softCap?: number | undefined;
  /** A query sees the last so many tokens, its own included; all unless given. */
  readonly window?: number | undefined;
}

/** What comes of it. */
export interface CachedAttention {
  /** [batch · sequence, heads · size] */
  readonly mixed: Tensor;
  /** The cache with the new tokens, which is meant to be written where it was read. */
  readonly keys: Tensor;
  readonly values: Tensor;
}

/** Attends. Only programs for inference on a device with `infers` have it. */
export function cachedAttention(
  inputs: CachedAttentionInputs,
  options: CachedAttentionOptions,
): CachedAttention {
  const { softCap = 0, window = -1, ...others } = options;
  const attrs = { ...others, softCap, window };
  const [mixed, keys, values] = singleNode("CachedAttention", { ...inputs }, attrs, () => {
    throw new TunebookError("unsupported", "attention over a cache in place needs a processor");
  }, { needs: "infers" });
  return { mixed, keys, values };
}
