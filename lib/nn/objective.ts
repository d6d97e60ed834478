/**
 * What a training minimises: which head it reads, what it is fed with beside the batch, and its loss.
 * A task's examples make it.
 *
 * @module
 */
import type { HostTensor, InputSpec, Tensor } from "../engine/mod.ts";
import type { BatchLayout } from "../text/batch_layout.ts";
import type { SentenceSettings } from "../text/sentence_settings.ts";
import type { Distributions } from "./distributions.ts";
import type { TextBatch } from "./family.ts";
import type { BatchDraw, Feeds } from "./feeds.ts";
import type { LayerAttention } from "./layer_attention.ts";
import type { LayerStates } from "./layer_states.ts";
import type { Parameter } from "./method.ts";
import type { HeadRequest } from "./task_head.ts";

/**
 * Takes further results of a loss out of the training's program, under a name. What several pieces tell under
 * one name is joined along the first axis.
 */
export type Tell = (name: string, value: Tensor) => void;

/** Which tokens the head is computed at: those that count, some of them at a time. */
export interface CountedTokens {
  /** How many pieces a batch is cut into, the same for all batches. */
  readonly pieces: number;
  /**
   * The feed with the tokens of each piece, [pieces, length] int32: their places in the batch, counted
   * through all of its rows. The last one counts nothing.
   */
  readonly tokens: string;
  /**
   * The feed with the place of each token in `tokens`, counted through all pieces, [batch, sequence] int32;
   * the last place for those that do not count.
   */
  readonly slots: string;
  /** Other feeds of the shape [pieces, length]. */
  readonly cut: readonly string[];
}

/** A loss that reads the head at the tokens that count. */
export interface PiecewiseLoss extends CountedTokens {
  /**
   * The loss of one piece, a scalar, of what the head gives for its tokens, [length, outputs]. Of the
   * feeds that are cut it has its own part, [length]; the loss's own parameters are among them, too, whole
   * and under their names. What it tells goes to `Rollout.observe`.
   *
   * @param features what the head reads of these tokens, [length, hiddenSize]
   */
  loss(
    results: Tensor,
    feeds: Readonly<Record<string, Tensor>>,
    tell: Tell | undefined,
    features: Tensor,
  ): Tensor;
}

/**
 * What a loss reads of whole sequences: sums over their tokens of a number that the head gives of each, such as the
 * logarithm of its probability.
 */
export interface TokenSums extends CountedTokens {
  /** What the sums are fed with; [batch, sequence] lies as the batch's tokens do. */
  readonly feeds: Readonly<Record<string, InputSpec>>;
  /** The feeds [batch, sequence] that say how much each token counts in each sum. */
  readonly weights: readonly string[];
  /**
   * The numbers of one piece, [length], of what the head gives for its tokens, [length, outputs]: each of its own
   * token alone, and 0 at a place that counts nothing. Of the feeds that are cut it has its own part, [length].
   */
  numbers(results: Tensor, feeds: Readonly<Record<string, Tensor>>): Tensor;
  /** The feeds for some rows (or groups). */
  feedsOf(rows: ArrayLike<number>, layout: BatchLayout): Feeds;
}

/** What targets may depend on beside their rows. */
export interface TargetsContext {
  /** Where the batch has its tokens; training always gives it. */
  readonly layout?: BatchLayout | undefined;
  /**
   * What `Examples.feedsOf` has for the same batch of a training; for the rows of a whole step what it has
   * for its first micro-batch.
   */
  readonly draw?: BatchDraw | undefined;
  /** What the model gives for these rows, [rows, outputs], where the objective `readsOutputs`. */
  readonly outputs?: HostTensor | undefined;
  /** All rows of the optimiser step, these among them; training always gives it. */
  readonly stepRows?: ArrayLike<number> | undefined;
}

/** A loss over the rows of a certain data set. */
export interface Objective {
  readonly name: string;
  /** The family's head that is read, and its size. */
  readonly head: HeadRequest;
  /** How many numbers evaluation gets for each sequence, or for each token. */
  readonly outputs: number;
  readonly per: "sequence" | "token";
  /** What training is fed beside the batch; [batch, sequence, …] lies as the batch's tokens do. */
  readonly feeds: Readonly<Record<string, InputSpec>>;
  /**
   * What the loss trains for itself, such as a classifier on two vectors; it starts anew in every
   * training and is no part of the trained model.
   */
  readonly parameters?: readonly Parameter[];
  /**
   * The value function of a loss that has one: what is expected after each token, [tokens], of what the head reads,
   * [tokens, hiddenSize], and of the loss's own parameters. Rollouts ask it (`Policy.values`).
   */
  values?(features: Tensor, parameters: Readonly<Record<string, Tensor>>): Tensor;
  /** How tokens become the vector of a text, where that is what they become. */
  readonly sentence?: SentenceSettings;
  /**
   * What the loss and evaluation read, made of what the head gives: [batch, outputs] of a head that
   * reads pooled features, [batch · sequence, outputs] of one that reads tokens, a method's virtual
   * tokens cut off. The head's own results unless given. No part of the exported graph.
   */
  pool?(results: Tensor, batch: TextBatch): Tensor;
  /**
   * True where training reads, for each token, the position before it: the last virtual token then
   * predicts the first token.
   */
  readonly readsBefore?: boolean;
  /** What evaluation asks of each row, where that is something else than what the loss reads. */
  readonly perRow?: {
    /** Numbers of a row, or of each token. */
    readonly outputs: number;
    /** `token` where `of` gives [batch, sequence, outputs]; `sequence` unless given. */
    readonly per?: "sequence" | "token";
    /** Rows that are run together: something of each token takes much more room. */
    readonly batchSize: number;
    /**
     * Where present, `of` reads what this gives of each token, and the head's results are there for some
     * tokens at a time, since something of each token takes less room than they do.
     */
    readonly ofTokens?: {
      /** How many pieces the tokens of a batch are cut into. */
      readonly pieces: number;
      /**
       * The results of some tokens, [tokens, outputs], and where these are in the batch, counted through
       * its rows, [tokens] int32 → [tokens, numbers].
       */
      of(results: Tensor, places: Tensor, batch: TextBatch): Tensor;
    };
    /** The results for a padded batch → [batch, outputs], or [batch, sequence, outputs]. */
    of(results: Tensor, batch: TextBatch): Tensor;
  };
  /**
   * The outputs of the exported graph by name, `logits` unless given. `results` are [batch, outputs],
   * or [batch, sequence, outputs] of heads that read tokens.
   */
  exported?(results: Tensor, batch: TextBatch): Record<string, Tensor>;
  /**
   * The exported graph's outputs for a padded batch → what evaluation has of each sequence, padding
   * left out; from `logits` unless given.
   */
  readExported?(
    results: Readonly<Record<string, HostTensor>>,
    lengths: readonly number[],
  ): Float32Array[];
  /**
   * True where the loss of a row depends on the other rows of its batch. Micro-batches are then run
   * twice, so that the loss is that of the whole step (`lib/train/whole_batch.ts`); `targetsOf` is
   * asked for all of its rows at once, without a layout.
   */
  readonly acrossBatch?: boolean;
  /**
   * True where the targets depend on what the model gives, such as which of a detector's queries stands for
   * which object. Each micro-batch is then run twice, as with `acrossBatch`: `targetsOf` gets the outputs
   * of the whole step after the first run.
   */
  readonly readsOutputs?: boolean;
  /**
   * The loss of a batch as a scalar: the weighted sum of its rows' losses divided by the fed
   * `normaliser`, so that micro-batches add up to the whole. `feeds` has the loss's own parameters,
   * too, each under its name.
   */
  loss(outputs: Tensor, feeds: Readonly<Record<string, Tensor>>): Tensor;
  /**
   * The feeds for some rows (or groups, see `Examples.groups`); `normaliser` is the weight of all rows
   * of the optimiser step. Targets of tokens lie where the layout has the tokens.
   */
  targetsOf(
    rows: ArrayLike<number>,
    normaliser: number,
    about?: TargetsContext,
  ): Feeds;
  /** What a training adds to `loss` of hidden states below the head; of families that are one stack of layers. */
  readonly layerStates?: LayerStates;
  /** The same of the attention of layers. */
  readonly layerAttention?: LayerAttention;
  /** Takes the place of `loss` where present. */
  readonly piecewise?: PiecewiseLoss;
  /** Where present, the loss reads these sums, [batch, sums], and not what the head gives. */
  readonly sums?: TokenSums;
  /**
   * The same loss for a training with such batches of rows, computed as is best for their sizes; itself
   * unless given. Feeds and `targetsOf` of the two may differ.
   */
  forBatches?(batches: Iterable<ArrayLike<number>>): Objective;
  /** What the model says as probabilities or numbers, where it can be compared with what another one says. */
  readonly distributions?: Distributions;
  /** The sum of the rows' weights. */
  weightOf(rows: ArrayLike<number>): number;
}
