/**
 * The losses of contrastive preference optimisation, with the names and formulas of TRL 1.16.
 *
 * @module
 */
import { type Tensor, tf } from "../../engine/mod.ts";
import { type PairNumbers, smoothedLogSigmoid } from "../preference/pair_loss.ts";

/** What changes a loss. */
export interface CpoLossSettings {
  readonly beta: number;
  /** The probability that a pair is the wrong way round, from 0 to below ½. */
  readonly labelSmoothing: number;
}

/** The name of a loss. */
export type CpoLossName = "sigmoid" | "hinge" | "ipo";

type CpoLoss = (numbers: PairNumbers, settings: CpoLossSettings) => Tensor;

/** The losses, [pairs] each. */
export const cpoLosses: Readonly<Record<CpoLossName, CpoLoss>> = {
  sigmoid: ({ chosen, rejected }, { beta, labelSmoothing }) =>
    smoothedLogSigmoid(tf.mul(tf.sub(chosen, rejected), beta), labelSmoothing),
  hinge: ({ chosen, rejected }, { beta }) =>
    tf.relu(tf.sub(1, tf.mul(tf.sub(chosen, rejected), beta))),
  ipo: ({ chosen, rejected, chosenTokens, rejectedTokens }, { beta }) => {
    const difference = tf.sub(tf.div(chosen, chosenTokens), tf.div(rejected, rejectedTokens));
    return tf.square(tf.sub(difference, 1 / (2 * beta)));
  },
};
