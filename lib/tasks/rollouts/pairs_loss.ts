/**
 * The loss of DPO on pairs of sampled answers.
 *
 * @module
 */
import { type Tensor, tf } from "../../engine/mod.ts";
import { negativeLogSigmoid } from "../preference/pair_loss.ts";
import { type AnswerPieces, membership, ofAnswers, ofTokens } from "./answer_pieces.ts";
import { type AnswersLoss, pieceFeed } from "./answers_objective.ts";

/** The name of a loss on pairs. */
export type PairsLossName = "sigmoid" | "ipo";

/** How pairs are learned from. */
export interface PairsLossOptions {
  readonly loss: PairsLossName;
  /** How much a difference of log-ratios counts; IPO's τ. */
  readonly beta: number;
}

/** The losses of pairs by h, the log-ratio of the better answer less that of the worse one, [pairs]. */
const losses: Readonly<Record<PairsLossName, (h: Tensor, beta: number) => Tensor>> = {
  // Rafailov et al., arXiv 2305.18290.
  sigmoid: (h, beta) => negativeLogSigmoid(tf.mul(h, beta)),
  // Azar et al., arXiv 2310.12036, equation 17.
  ipo: (h, beta) => tf.square(tf.sub(h, 1 / (2 * beta))),
};

/** Names of the feeds. */
const names = {
  reference: "reference_log_probs",
  sides: "answer_sides",
  pairs: "answer_pairs",
} as const;

/**
 * The sum over pairs. Answers come in pairs, the better one first; its advantage is 1, that of the worse one −1.
 * A pair that does not count has the loss 0.
 */
export function pairsLoss({ loss, beta }: PairsLossOptions): AnswersLoss {
  return {
    name: `online dpo with the loss ${loss}`,
    temperature: 1,
    together: 2,
    feeds: (pieces) => ({
      [names.reference]: pieceFeed(pieces, "counted"),
      [names.sides]: pieceFeed(pieces, "pairs", "counted"),
      [names.pairs]: pieceFeed(pieces, "pairs"),
    }),
    targets(arranged, answers) {
      const pairs = ofPairs(arranged);
      const weights = answers.map(pairWeight);
      const sides = answers.map(({ length, advantage, counts }) =>
        Array<number>(length).fill(counts ? advantage : 0)
      );
      return {
        [names.reference]: ofTokens(arranged, answers.map((each) => each.referenceLogProbs!)),
        [names.sides]: membership(pairs, sides),
        [names.pairs]: ofAnswers({ ...pairs, at: everySecond(pairs.at) }, everySecond(weights)),
      };
    },
    sum(logProbs, feeds) {
      const apart = tf.reshape(tf.sub(logProbs, feeds[names.reference]), [-1, 1]);
      const h = tf.reshape(tf.matMul(feeds[names.sides] as never, apart as never), [-1]); // [pairs]
      return tf.sum(tf.mul(feeds[names.pairs], losses[loss](h, beta)));
    },
    answerWeight: pairWeight,
  };
}

/** The same pieces, whose rows are pairs. */
function ofPairs({ at, most, ...pieces }: AnswerPieces): AnswerPieces {
  return {
    ...pieces,
    most: most / 2,
    at: at.map((each) => ({ ...each, index: Math.floor(each.index / 2) })),
  };
}

/** What belongs to the better answers. */
function everySecond<Value>(values: readonly Value[]): Value[] {
  return values.filter((_, at) => at % 2 === 0);
}

/** A pair counts where its better answer is. */
function pairWeight(
  { advantage, counts }: { readonly advantage: number; readonly counts: boolean },
): number {
  return counts && advantage > 0 ? 1 : 0;
}
