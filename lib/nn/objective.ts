/**
 * What a training minimises: which head it reads, what it is fed with beside the batch, and its loss.
 * A task's examples make it.
 *
 * @module
 */
import type { HostTensor, InputSpec, Tensor } from "../engine/mod.ts";
import type { BatchLayout } from "../text/batch_layout.ts";
import type { TextBatch } from "./family.ts";
import type { Encoder } from "./encoder.ts";
import type { Net } from "./net.ts";

/** A loss over the rows of a certain data set. */
export interface Objective {
  readonly name: string;
  /** How many numbers the model gives for each row. */
  readonly outputs: number;
  /** What training is fed beside the batch; [batch, sequence, …] lies as the batch's tokens do. */
  readonly feeds: Readonly<Record<string, InputSpec>>;
  /** Which positions of the last layer the head reads: all, or the family's summary of each example. */
  readonly positions: "all" | "summary";
  /**
   * Tokens → [batch, outputs], one for each example, or for tasks on tokens one for each token in the
   * layout of the batch, packed or not. Dropout does not act in the lowest `frozenLayers` layers, none unless
   * given.
   */
  forward(net: Net, encoder: Encoder, batch: TextBatch, frozenLayers?: number): Tensor;
  /** What `loss` reads in training, where it is not what `forward` gives. */
  forwardToLearn?: Objective["forward"];
  /**
   * What evaluation asks of each row where `forward` gives something of each token; `forward`'s own
   * results unless given.
   */
  readonly perRow?: {
    /** Numbers of a row. */
    readonly outputs: number;
    /** Rows that are run together: something of each token takes much more room. */
    readonly batchSize: number;
    /** `forward`'s results for a padded batch → [batch, outputs]. */
    of(results: Tensor, batch: TextBatch): Tensor;
  };
  /**
   * The loss of a batch as a scalar: the weighted sum of its rows' losses divided by the fed
   * `normaliser`, so that parts of a batch add up to the whole.
   */
  loss(outputs: Tensor, feeds: Readonly<Record<string, Tensor>>): Tensor;
  /**
   * The feeds for some rows; `normaliser` is the weight of all rows of the optimiser step. A task
   * whose targets are those of tokens puts them where the layout has the tokens; training always
   * gives it.
   */
  targetsOf(
    rows: ArrayLike<number>,
    normaliser: number,
    layout?: BatchLayout,
  ): Record<string, HostTensor>;
  /** The sum of the rows' weights. */
  weightOf(rows: ArrayLike<number>): number;
}
