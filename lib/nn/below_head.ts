/**
 * What of a model below its head is given beside what the head says.
 *
 * @module
 */
import type { AttentionVector } from "./layer_attention.ts";

/** What is asked of each sequence; layers are counted from 1. */
export interface BelowHead {
  /** After which layers the hidden states of the token that stands for the sequence are. */
  readonly states: readonly number[];
  /** Of which layers the attention is. */
  readonly attention: readonly number[];
  /** Which of its vectors. */
  readonly vectors: readonly AttentionVector[];
}

/** A layer of a model and the layer of its teacher that it is compared with, each counted from 1. */
export type LayerPair = readonly [own: number, taught: number];

/** Layers of a model and of its teacher that a loss compares, and what it has to know of the teacher for it. */
export interface ComparedLayers {
  readonly states: readonly LayerPair[];
  readonly attention: readonly LayerPair[];
  readonly vectors: readonly AttentionVector[];
  /** Numbers of a hidden state of the teacher. */
  readonly hiddenSize: number;
  /** Numbers of a vector of its attention, all heads together. */
  readonly attentionWidth: number;
  /** Attention heads of the teacher. */
  readonly numHeads: number;
}
