/**
 * The loss of a batch whose head is read a piece of its tokens at a time.
 *
 * @module
 */
import { ops, type Tensor, tf } from "../engine/mod.ts";
import type { PiecewiseLoss, Tell } from "../nn/objective.ts";

/** What such a loss is computed of. */
export interface PiecewiseInputs {
  /** What the objective is fed with. */
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
  const ofPiece = (feed: Tensor, piece: number) => tf.squeeze(tf.slice(feed, [piece], [1]), [0]);
  const own = (piece: number) => ({
    ...feeds,
    ...Object.fromEntries(cut.map((name) => [name, ofPiece(feeds[name], piece)])),
  });
  return ops.lossInPieces(
    (x, piece) => loss(head(x), own(piece), tell),
    features,
    { rows, slots: tf.reshape(slotIds, [-1]) },
    trained,
  );
}
