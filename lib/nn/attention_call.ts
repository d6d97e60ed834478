/**
 * What one layer's attention is given.
 *
 * @module
 */
import type { Tensor } from "../engine/mod.ts";
import type { TokenPositions } from "./token_positions.ts";

/** One layer's attention. */
export interface AttentionCall {
  /** The layer, counted from 0. */
  readonly layer: number;
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
  /** The same of the queries where rows are packed: each sees the tokens of its own example only. */
  readonly queryMask: Tensor | undefined;
  readonly numHeads: number;
  /** Heads of keys and values, each for as many neighbouring heads of queries; `numHeads` unless given. */
  readonly numKeyValueHeads?: number;
  /** Where given, no query sees keys of later positions. A method's prefix is seen by all. */
  readonly positions?: TokenPositions | undefined;
  /**
   * Where given with `positions`, a query sees only keys of the last so many positions, its own
   * included. A method's prefix is seen by all.
   */
  readonly window?: number | undefined;
  /** What the products of queries and keys are multiplied with; 1 / √headSize unless given. */
  readonly scale?: number | undefined;
  /** Bounds the scores smoothly before masking: softCap · tanh(score / softCap). */
  readonly softCap?: number | undefined;
  /** Dropout of the attention weights. */
  readonly dropout: number;
}
