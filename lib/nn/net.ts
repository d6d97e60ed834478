/**
 * The layers that a family calls. Each looks up its weights by path and lets the attached method act
 * there, so that a family knows nothing of methods. `create_net.ts` makes them.
 *
 * @module
 */
import type { Tensor } from "../engine/mod.ts";
import type { AttentionCall, CrossAttentionCall } from "./attention_call.ts";
import type { AttentionSite } from "./attention_site.ts";

/** Word embeddings on their way into the model. */
export interface InputTokens {
  /** [batch, sequence, hiddenSize] */
  readonly words: Tensor;
  /** [batch, sequence] int32 */
  readonly mask: Tensor;
  /** [batch, sequence] int32 */
  readonly types?: Tensor;
}

/** What a decoder reads of its encoder. */
export interface Memory {
  /** The encoder's finished hidden states, [batch · source, hiddenSize]. */
  readonly x: Tensor;
  /** [batch, source] int32; longer than the batch's where a method put tokens before the source. */
  readonly mask: Tensor;
}

/** The layers of a model, bound to weights, a method and a mode. */
export interface Net {
  /** x [tokens, inFeatures] → [tokens, outFeatures]; `bias` false for a layer that has none. */
  linear(path: string, x: Tensor, options?: { readonly bias?: boolean }): Tensor;
  /** Normalises the last axis. */
  layerNorm(path: string, x: Tensor, epsilon: number): Tensor;
  /**
   * Scales the last axis to a root mean square of 1 (Zhang and Sennrich, arXiv 1910.07467); `plusOne`
   * for a layer whose scale is 1 + weight.
   */
  rmsNorm(
    path: string,
    x: Tensor,
    epsilon: number,
    options?: { readonly plusOne?: boolean },
  ): Tensor;
  /** Rows of a table for ids of any shape. */
  embedding(path: string, ids: Tensor): Tensor;
  /** x [tokens, hiddenSize] times every row of a table → [tokens, rows]; no method acts on it. */
  unembed(path: string, x: Tensor): Tensor;
  /** Dropout in training, nothing otherwise; `of` says what is multiplied as a matrix next. */
  dropout(x: Tensor, rate: number, of?: "product" | "weights"): Tensor;
  /**
   * Leaves out a residual branch for some examples in training, and scales it for the others (Huang et al.,
   * arXiv 1603.09382); nothing otherwise. x [batch, …]
   */
  dropPath(x: Tensor, rate: number): Tensor;
  /**
   * The position of the sequence's first token, int32: a scalar, or [batch, 1] where rows go on from
   * tokens that were read before. The prefix that a method has at that attention comes first.
   */
  firstPosition(site?: AttentionSite): Tensor;
  /** The same layers in evaluation mode. */
  withoutDropout(): Net;
  /** Lets a method put virtual tokens before the sequence. */
  input(tokens: InputTokens): InputTokens;
  /** Attention of every query to all positions that the mask and the positions allow. */
  attention(call: AttentionCall): Tensor;
  /** Attention of every query of a decoder to all positions of the encoder that the mask allows. */
  crossAttention(call: CrossAttentionCall): Tensor;
  /** Adds a vector that is never trained to the last axis. */
  offset(path: string, x: Tensor): Tensor;
  /** x [batch, inChannels, height, width] → [batch, outChannels, height, width] */
  conv(path: string, x: Tensor, options?: ConvOptions): Tensor;
  /** Batch normalisation of [batch, channels, height, width] by the running statistics. */
  batchNorm(path: string, x: Tensor, epsilon: number): Tensor;
  /**
   * Normalises groups of channels of [batch, channels, height, width] (Wu and He, arXiv 1803.08494); the
   * layer is of the kind `norm`.
   */
  groupNorm(path: string, x: Tensor, groups: number, epsilon: number): Tensor;
  /** One of the model's tensors as it is, such as a layer of the kind `tensor`. */
  tensor(path: string): Tensor;
  /**
   * A part of the model that is computed a second time in the backward pass where training was
   * asked to save memory. It must take from outside only what it is given: `x` and, in a decoder, the
   * encoder's `memory`, which have gradients, and the mask.
   */
  checkpointed(x: Tensor, mask: Tensor, compute: CheckpointedPart, memory?: Memory): Tensor;
}

/** How a convolution goes over a map; each number is of both axes where it is one, else [height, width]. */
export interface ConvOptions {
  /** 1 unless given. */
  readonly stride?: number | readonly [height: number, width: number];
  /** Zeros around the map; 0 unless given. */
  readonly padding?:
    | number
    | readonly [height: number, width: number]
    | readonly [top: number, left: number, bottom: number, right: number];
  /** 1 unless given. */
  readonly dilation?: number | readonly [height: number, width: number];
  /** Groups of channels that see only each other; 1 unless given. */
  readonly groups?: number;
  /** False for a layer that has none. */
  readonly bias?: boolean;
  /** True for a transposed convolution, as its layer says. */
  readonly isTransposed?: boolean;
  /** Rows and columns that a transposed convolution adds; 0 unless given. */
  readonly outputPadding?: number | readonly [height: number, width: number];
}

/** What `checkpointed` runs; `memory` is there where it was given. */
export type CheckpointedPart = (net: Net, x: Tensor, mask: Tensor, memory?: Memory) => Tensor;
