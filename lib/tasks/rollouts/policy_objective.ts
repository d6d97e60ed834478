/**
 * The clipped policy gradient of sampled answers (PPO's: Schulman et al., 2017, arXiv 1707.06347) without a
 * value function, with the ratio of probabilities by token (GRPO) or by answer (RLOO, GSPO), and the KL
 * divergence to a reference by Schulman's unbiased estimate.
 *
 * @module
 */
import { type InputSpec, type Tensor, tf } from "../../engine/mod.ts";
import type { Objective } from "../../nn/objective.ts";
import { type AnswerPieces, membership, ofAnswers, ofTokens } from "./answer_pieces.ts";
import {
  type AnswersLoss,
  answersObjective,
  type AnswersObjectiveOptions,
  pieceFeed,
} from "./answers_objective.ts";
import type { LearnedAnswer } from "./learned_answer.ts";

/** How answers are learned from. */
export interface PolicyLoss {
  readonly name: string;
  readonly temperature: number;
  /** The ratio may fall by this much before its gradient is cut, and rise by `epsilonHigh`. */
  readonly epsilonLow: number;
  readonly epsilonHigh: number;
  /** The weight of the KL divergence to the reference in the loss; 0 asks no reference. */
  readonly beta: number;
  /**
   * What each token of an answer counts in the ratio of the whole answer; by `token` each has a ratio of its
   * own.
   */
  readonly ratio: "token" | "sum" | "mean";
  /** What each token of an answer counts in the loss, of an answer that counts. */
  tokenWeight(answer: LearnedAnswer): number;
  /** What an answer counts in what the loss is divided by. */
  answerWeight(answer: LearnedAnswer): number;
}

/** Names of the feeds. */
export const policyFeeds = {
  weights: "answer_weights",
  old: "old_log_probs",
  reference: "reference_log_probs",
  advantages: "advantages",
  membership: "answer_membership",
  ratioWeights: "ratio_weights",
} as const;
const names = policyFeeds;

/** Makes the objective; it reads the present answers whenever it is asked for feeds. */
export function policyObjective(
  loss: PolicyLoss,
  options: AnswersObjectiveOptions,
  pieces = 1,
): Objective {
  const isByToken = loss.ratio === "token";
  const weightsOf = (answer: LearnedAnswer) =>
    Array<number>(answer.length).fill(answer.counts ? loss.tokenWeight(answer) : 0);
  const ofAnswers: AnswersLoss = {
    ...loss,
    feeds: (pieces) => feedsOf(loss, pieces),
    targets: (arranged, chosen) => ({
      [names.weights]: ofTokens(arranged, chosen.map(weightsOf)),
      [names.old]: ofTokens(arranged, chosen.map(({ oldLogProbs }) => oldLogProbs)),
      ...(loss.beta === 0 ? {} : {
        [names.reference]: ofTokens(arranged, chosen.map((each) => each.referenceLogProbs!)),
      }),
      ...(isByToken ? byToken(arranged, chosen) : byAnswer(loss, arranged, chosen)),
    }),
    sum: (logProbs, feeds) => pieceLoss(loss, logProbs, feeds),
  };
  return answersObjective(ofAnswers, options, pieces);
}

type Feeds = Readonly<Record<string, Tensor>>;

function byToken(arranged: AnswerPieces, answers: readonly LearnedAnswer[]) {
  const all = answers.map(({ length, advantage, estimates }) =>
    estimates?.advantages ?? Array<number>(length).fill(advantage)
  );
  return { [names.advantages]: ofTokens(arranged, all) };
}

function byAnswer(
  { ratio }: PolicyLoss,
  arranged: AnswerPieces,
  answers: readonly LearnedAnswer[],
) {
  const of = ({ length }: LearnedAnswer) =>
    Array<number>(length).fill(ratio === "mean" ? 1 / length : 1);
  // As in TRL, an answer that RLOO leaves out has the ratio 1, and so a loss without a gradient.
  const counted = answers.map(({ counts }) => counts || ratio === "sum" ? 1 : 0);
  return {
    [names.membership]: membership(arranged, answers.map(of)),
    [names.advantages]: ofAnswers(arranged, answers.map(({ advantage }) => advantage)),
    [names.ratioWeights]: ofAnswers(arranged, counted),
  };
}

function feedsOf(loss: PolicyLoss, pieces: number): Record<string, InputSpec> {
  const ofTokens = pieceFeed(pieces, "counted");
  const ofAnswers = pieceFeed(pieces, "answers");
  return {
    [names.weights]: ofTokens,
    [names.old]: ofTokens,
    ...(loss.beta === 0 ? {} : { [names.reference]: ofTokens }),
    ...(loss.ratio === "token" ? { [names.advantages]: ofTokens } : {
      [names.membership]: pieceFeed(pieces, "answers", "counted"),
      [names.advantages]: ofAnswers,
      [names.ratioWeights]: ofAnswers,
    }),
  };
}

/** The sum of the losses of one piece, of the log probabilities of its tokens, [length]. */
function pieceLoss(loss: PolicyLoss, logProbs: Tensor, feeds: Feeds): Tensor {
  const { [names.weights]: weights, [names.old]: old } = feeds;
  // A free place must not make numbers that are none.
  const counted = tf.cast(tf.greater(weights, 0), "float32");
  const change = tf.mul(tf.sub(logProbs, old), counted);
  const own = loss.ratio === "token"
    ? tf.sum(tf.mul(weights, surrogate(loss, change, feeds[names.advantages])))
    : answerLoss(loss, change, feeds);
  if (loss.beta === 0) return own;
  const apart = tf.mul(tf.sub(feeds[names.reference], logProbs), counted);
  const divergence = tf.sub(tf.expm1(apart), apart); // Schulman's k3, never negative
  return tf.add(own, tf.mul(tf.sum(tf.mul(weights, divergence)), loss.beta));
}

/** The losses of whole answers, of the changes of their tokens' log probabilities [length]. */
function answerLoss(loss: PolicyLoss, change: Tensor, feeds: Feeds): Tensor {
  const column = tf.reshape(change, [-1, 1]);
  const ofAnswers = tf.reshape(tf.matMul(feeds[names.membership] as never, column as never), [-1]);
  const losses = surrogate(loss, ofAnswers, feeds[names.advantages]);
  return tf.sum(tf.mul(feeds[names.ratioWeights], losses));
}

/** −min(r·A, clip(r)·A) for r = exp(change). */
function surrogate(
  { epsilonLow, epsilonHigh }: PolicyLoss,
  change: Tensor,
  advantages: Tensor,
): Tensor {
  const ratio = tf.exp(change);
  const clipped = tf.clipByValue(ratio, 1 - epsilonLow, 1 + epsilonHigh);
  return tf.neg(tf.minimum(tf.mul(ratio, advantages), tf.mul(clipped, advantages)));
}
