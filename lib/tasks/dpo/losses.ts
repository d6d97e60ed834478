/**
 * The losses of direct preference optimisation, with the names and formulas of TRL 1.16. A new one is one entry.
 *
 * @module
 */
import { type Tensor, tf } from "../../engine/mod.ts";
import {
  negativeLogSigmoid,
  type PairNumbers,
  smoothedLogSigmoid,
} from "../preference/pair_loss.ts";

/** What changes a loss. */
export interface DpoLossSettings {
  /** How much a difference of log-probabilities counts. */
  readonly beta: number;
  /** The probability that a pair is the wrong way round, from 0 to below ½. */
  readonly labelSmoothing: number;
}

/** The name of a loss. */
export type DpoLossName =
  | "sigmoid"
  | "hinge"
  | "ipo"
  | "robust"
  | "apo_zero"
  | "apo_down"
  | "sigmoid_norm";

/** log π/π_ref of both answers, [pairs]. */
interface LogRatios {
  readonly chosen: Tensor;
  readonly rejected: Tensor;
}

type DpoLoss = (ratios: LogRatios, numbers: PairNumbers, settings: DpoLossSettings) => Tensor;

/** β (log-ratio of the chosen answer − that of the rejected one). */
function scaled({ chosen, rejected }: LogRatios, { beta }: DpoLossSettings): Tensor {
  return tf.mul(tf.sub(chosen, rejected), beta);
}

/** The difference of log-ratios by token. */
function byToken({ chosen, rejected }: LogRatios, numbers: PairNumbers): Tensor {
  return tf.sub(tf.div(chosen, numbers.chosenTokens), tf.div(rejected, numbers.rejectedTokens));
}

/** The losses, [pairs] each. */
export const dpoLosses: Readonly<Record<DpoLossName, DpoLoss>> = {
  // Rafailov et al., arXiv 2305.18290; smoothed as in Mitchell's note on conservative DPO.
  sigmoid: (ratios, _, settings) =>
    smoothedLogSigmoid(scaled(ratios, settings), settings.labelSmoothing),
  // SLiC-HF: Zhao et al., arXiv 2305.10425.
  hinge: (ratios, _, settings) => tf.relu(tf.sub(1, scaled(ratios, settings))),
  // Azar et al., arXiv 2310.12036, by token as its authors computed it.
  ipo: (ratios, numbers, { beta }) => tf.square(tf.sub(byToken(ratios, numbers), 1 / (2 * beta))),
  // Chowdhury et al., arXiv 2403.00409: unbiased where pairs are the wrong way round with a known probability.
  robust(ratios, _, settings) {
    const { labelSmoothing } = settings;
    const x = scaled(ratios, settings);
    const right = tf.mul(negativeLogSigmoid(x), 1 - labelSmoothing);
    const wrong = tf.mul(negativeLogSigmoid(tf.neg(x)), labelSmoothing);
    return tf.div(tf.sub(right, wrong), 1 - 2 * labelSmoothing);
  },
  // D'Oosterlinck et al., arXiv 2408.06266, equation 7: the chosen answers are better than the model's.
  apo_zero: ({ chosen, rejected }, _, { beta }) =>
    tf.add(tf.sub(1, tf.sigmoid(tf.mul(chosen, beta))), tf.sigmoid(tf.mul(rejected, beta))),
  // Equation 8: they are worse than the model's.
  apo_down: (ratios, _, settings) =>
    tf.add(
      tf.sigmoid(tf.mul(ratios.chosen, settings.beta)),
      tf.sub(1, tf.sigmoid(scaled(ratios, settings))),
    ),
  // Rafailov et al. by token, as Tülu 3 (arXiv 2411.15124) and SimPO's normalisation.
  sigmoid_norm: (ratios, numbers, { beta }) =>
    negativeLogSigmoid(tf.mul(byToken(ratios, numbers), beta)),
};

/** Which losses label smoothing changes. */
export const smoothedDpoLosses: readonly DpoLossName[] = ["sigmoid", "robust"];
