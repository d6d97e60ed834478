/**
 * Sums over the tokens of sequences, of numbers that the head gives a piece of the tokens at a time.
 *
 * @module
 */
import { ops, type Tensor, tf } from "../engine/mod.ts";
import type { TokenSums } from "../nn/objective.ts";
import { ofPiece, type PiecewiseInputs } from "./piecewise_loss.ts";

/** [batch, sums], a column for each feed of weights. */
export function tokenSums(
  { tokens, slots, cut, weights, numbers }: TokenSums,
  { feeds, features, trained, head }: PiecewiseInputs,
): Tensor {
  const { [tokens]: rows, [slots]: slotIds } = feeds;
  const ofTokens = ops.numbersInPieces(
    (x, piece) => numbers(head(x), ofPiece(feeds, cut, piece)),
    features,
    { rows, slots: tf.reshape(slotIds, [-1]) },
    trained,
  );
  const [batch, sequence] = slotIds.shape as [number, number];
  const own = tf.reshape(ofTokens, [batch, sequence]);
  return tf.stack(weights.map((name) => tf.sum(tf.mul(own, feeds[name]), 1)), 1);
}
