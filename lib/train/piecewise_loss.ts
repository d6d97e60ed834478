/**
 * The loss of a batch whose head is read a piece of its tokens at a time.
 *
 * @module
 */
import { ops, type Tensor, tf } from "../engine/mod.ts";
import type { PiecewiseLoss, Tell } from "../nn/objective.ts";

/** What such a loss is computed of. */
export interface PiecewiseInputs {
  /** What the objective is fed with, and its own parameters. */
  readonly feeds: Readonly<Record<string, Tensor>>;
  /** What the head reads, [tokens, hiddenSize]. */
  readonly features: Tensor;
  /** All that is trained. */
  readonly trained: readonly Tensor[];
  /** The head, for some tokens. */
  head(features: Tensor): Tensor;
  /** Takes what the pieces tell, one after the other. */
  readonly tell?: Tell | undefined;
}

/** The sum of the pieces' losses, a scalar; no more than one piece of the head's results is there. */
export function piecewiseLoss(
  { tokens, slots, cut, loss }: PiecewiseLoss,
  { feeds, features, trained, head, tell }: PiecewiseInputs,
): Tensor {
  const { [tokens]: rows, [slots]: slotIds } = feeds;
  return ops.lossInPieces(
    (x, piece) => loss(head(x), ofPiece(feeds, cut, piece), tell, x),
    features,
    { rows, slots: tf.reshape(slotIds, [-1]) },
    trained,
  );
}

/** All feeds, and of those that are cut the part of one piece, [length]. */
export function ofPiece(
  feeds: Readonly<Record<string, Tensor>>,
  cut: readonly string[],
  piece: number,
): Record<string, Tensor> {
  const own = (feed: Tensor) => tf.squeeze(tf.slice(feed, [piece], [1]), [0]);
  return { ...feeds, ...Object.fromEntries(cut.map((name) => [name, own(feeds[name])])) };
}
