/**
 * The clipped policy gradient of sampled answers (PPO's: Schulman et al., 2017, arXiv 1707.06347) without a
 * value function, with the ratio of probabilities by token (GRPO) or by answer (RLOO, GSPO), and the KL
 * divergence to a reference by Schulman's unbiased estimate.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { type InputSpec, ops, type Tensor, tf } from "../../engine/mod.ts";
import type { Objective, Tell } from "../../nn/objective.ts";
import { paddedLayout } from "../../text/batch_layout.ts";
import { piecesFor } from "../shared/counted_tokens.ts";
import { nextTokenObjective } from "../shared/next_token_objective.ts";
import {
  type AnswerPieces,
  answerPieces,
  idsOfTokens,
  membership,
  ofAnswers,
  ofTokens,
} from "./answer_pieces.ts";
import type { LearnedAnswer, LearnedAnswers } from "./learned_answer.ts";

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

/** What else the objective depends on. */
export interface PolicyObjectiveOptions {
  readonly answers: LearnedAnswers;
  readonly vocabSize: number;
  /** True where a method puts virtual tokens before each text. */
  readonly afterVirtualTokens: boolean;
}

/** What the loss tells: the present log probability of the token of each place, [pieces, length]. */
export const toldLogProbs = "log_probs";

/** Names of the feeds. */
export const policyFeeds = {
  tokens: "answer_tokens",
  slots: "answer_slots",
  targets: "answer_ids",
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
  { answers, vocabSize, afterVirtualTokens }: PolicyObjectiveOptions,
  pieces = 1,
): Objective {
  const { groups } = answers;
  const answersOf = (prompts: ArrayLike<number>) =>
    Array.from(prompts).flatMap((prompt) => groups[prompt]).map((each) => answers.of(each));
  const isByToken = loss.ratio === "token";
  return {
    name: loss.name,
    head: { name: "language", outputs: vocabSize },
    outputs: vocabSize,
    per: "token",
    feeds: feedsOf(loss, pieces),
    ...(afterVirtualTokens ? { readsBefore: true } : {}),
    // Held-out rows are scored as those of other language models.
    perRow: nextTokenObjective({ texts: [], vocabSize, perToken: true }).perRow!,
    loss: inPiecesAlone,
    piecewise: {
      pieces,
      tokens: names.tokens,
      slots: names.slots,
      cut: cutFeeds(loss),
      loss: (results, feeds, tell) => pieceLoss(loss, { results, feeds, tell }),
    },
    weightOf: (prompts) =>
      answersOf(prompts).reduce((sum, answer) => sum + loss.answerWeight(answer), 0),
    targetsOf(prompts, normaliser, { layout } = {}) {
      const chosen = answersOf(prompts);
      const { rows, length, starts } = layout ?? paddedLayout(chosen.map(({ ids }) => ids.length));
      const arranged = answerPieces(chosen.map(({ length }) => length), pieces);
      // Where the scores of the token before are, unless the head reads positions before.
      const back = afterVirtualTokens ? 0 : 1;
      const places = chosen.map(({ ids, length }, i) =>
        Int32Array.from({ length }, (_, at) => starts[i] + ids.length - length + at - back)
      );
      const slots = new Int32Array(rows * length).fill(pieces * arranged.length - 1);
      places.forEach((own, i) => {
        const { piece, start } = arranged.at[i];
        own.forEach((place, at) => slots[place] = piece * arranged.length + start + at);
      });
      const weightsOf = (answer: LearnedAnswer) =>
        Array<number>(answer.length).fill(answer.counts ? loss.tokenWeight(answer) : 0);
      return {
        [names.tokens]: idsOfTokens(arranged, places),
        [names.slots]: { shape: [rows, length], data: slots },
        [names.targets]: idsOfTokens(arranged, chosen.map(answerIds)),
        [names.weights]: ofTokens(arranged, chosen.map(weightsOf)),
        [names.old]: ofTokens(arranged, chosen.map(({ oldLogProbs }) => oldLogProbs)),
        ...(loss.beta === 0 ? {} : {
          [names.reference]: ofTokens(arranged, chosen.map((each) => each.referenceLogProbs!)),
        }),
        ...(isByToken ? byToken(arranged, chosen) : byAnswer(loss, arranged, chosen)),
        normaliser: { shape: [], data: Float32Array.of(normaliser) },
      };
    },
    forBatches(batches) {
      let most = 0;
      for (const prompts of batches) {
        const sequences = Array.from(prompts).flatMap((prompt) => groups[prompt]);
        most = Math.max(most, sequences.length * answers.maxNewTokens);
      }
      const needed = Math.max(1, piecesFor(most, vocabSize));
      return policyObjective(loss, { answers, vocabSize, afterVirtualTokens }, needed);
    },
  };
}

type Feeds = Readonly<Record<string, Tensor>>;

const answerIds = ({ ids, length }: LearnedAnswer) => ids.subarray(ids.length - length);

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

function cutFeeds({ ratio, beta }: PolicyLoss): string[] {
  const { targets, weights, old, reference, advantages, membership, ratioWeights } = names;
  return [
    ...[targets, weights, old, advantages],
    ...(beta === 0 ? [] : [reference]),
    ...(ratio === "token" ? [] : [membership, ratioWeights]),
  ];
}

function feedsOf(loss: PolicyLoss, pieces: number): Record<string, InputSpec> {
  const feed = { role: "feed" } as const;
  const inPieces = { ...feed, type: "float32", shape: [pieces, "counted"] } as const;
  const ofAnswers = { ...inPieces, shape: [pieces, "answers"] };
  const ids = { ...inPieces, type: "int32" } as const;
  return {
    [names.tokens]: ids,
    [names.slots]: { ...feed, type: "int32", shape: ["batch", "sequence"] },
    [names.targets]: ids,
    [names.weights]: inPieces,
    [names.old]: inPieces,
    ...(loss.beta === 0 ? {} : { [names.reference]: inPieces }),
    ...(loss.ratio === "token" ? { [names.advantages]: inPieces } : {
      [names.membership]: { ...inPieces, shape: [pieces, "answers", "counted"] },
      [names.advantages]: ofAnswers,
      [names.ratioWeights]: ofAnswers,
    }),
    normaliser: { ...feed, type: "float32", shape: [] },
  };
}

/** The loss of one piece, of the head's results for its places, [length, vocabSize]. */
function pieceLoss(
  loss: PolicyLoss,
  { results, feeds, tell }: {
    readonly results: Tensor;
    readonly feeds: Feeds;
    readonly tell: Tell | undefined;
  },
): Tensor {
  const { [names.targets]: targets, [names.weights]: weights, [names.old]: old } = feeds;
  const scaled = loss.temperature === 1 ? results : tf.div(results, loss.temperature);
  const logProbs = tf.neg(ops.classCrossEntropy(scaled, targets)); // [length]
  tell?.(toldLogProbs, tf.expandDims(logProbs, 0));
  // A free place must not make numbers that are none.
  const counted = tf.cast(tf.greater(weights, 0), "float32");
  const change = tf.mul(tf.sub(logProbs, old), counted);
  const terms: Tensor[] = [
    loss.ratio === "token"
      ? tf.sum(tf.mul(weights, surrogate(loss, change, feeds[names.advantages])))
      : answerLoss(loss, change, feeds),
  ];
  if (loss.beta !== 0) {
    const apart = tf.mul(tf.sub(feeds[names.reference], logProbs), counted);
    const divergence = tf.sub(tf.expm1(apart), apart); // Schulman's k3, never negative
    terms.push(tf.mul(tf.sum(tf.mul(weights, divergence)), loss.beta));
  }
  return tf.div(terms.length === 1 ? terms[0] : tf.add(terms[0], terms[1]), feeds.normaliser);
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

/** No whole answers are there to compute it from: all of it is in the pieces. */
function inPiecesAlone(): never {
  throw new TunebookError("unsupported", "the loss of sampled answers is computed in pieces alone");
}
