/**
 * What a training on sampled answers minimises: a loss of the log probabilities of their tokens, of which some
 * are there at a time.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { type InputSpec, ops, type Tensor, tf } from "../../engine/mod.ts";
import type { Feeds } from "../../nn/feeds.ts";
import type { Objective } from "../../nn/objective.ts";
import { paddedLayout } from "../../text/batch_layout.ts";
import { piecesFor } from "../shared/counted_tokens.ts";
import { nextTokenObjective } from "../shared/next_token_objective.ts";
import { type AnswerPieces, answerPieces, idsOfTokens } from "./answer_pieces.ts";
import type { LearnedAnswer, LearnedAnswers } from "./learned_answer.ts";

/** A loss of sampled answers. */
export interface AnswersLoss {
  readonly name: string;
  /** Divides the logits before log probabilities are taken. */
  readonly temperature: number;
  /** So many answers, one after the other, are whole in one piece: 2 for pairs; 1 unless given. */
  readonly together?: number;
  /** What it is fed with beside the tokens, cut into so many pieces, [pieces, …]. */
  feeds(pieces: number): Readonly<Record<string, InputSpec>>;
  /** These feeds for some answers. */
  targets(arranged: AnswerPieces, answers: readonly LearnedAnswer[]): Feeds;
  /**
   * What `sum` reads of each token, [length], made of the logits of a piece, [length, vocabulary], which are divided by
   * the temperature; the token's log probability unless given.
   */
  ofTokens?(logits: Tensor, feeds: Readonly<Record<string, Tensor>>): Tensor;
  /** The sum of the losses of one piece, of the log probabilities of its tokens, [length]. */
  sum(logProbs: Tensor, feeds: Readonly<Record<string, Tensor>>): Tensor;
  /** What an answer counts in what the sum is divided by. */
  answerWeight(answer: LearnedAnswer): number;
}

/** What else the objective depends on. */
export interface AnswersObjectiveOptions {
  readonly answers: LearnedAnswers;
  readonly vocabSize: number;
  /** True where a method puts virtual tokens before each text. */
  readonly afterVirtualTokens: boolean;
}

/** What the loss tells: the present log probability of the token of each place, or what `ofTokens` gives, [pieces, length]. */
export const toldLogProbs = "log_probs";

/** Names of the feeds of all such losses. */
const names = { tokens: "answer_tokens", slots: "answer_slots", targets: "answer_ids" } as const;

const feed = { role: "feed" } as const;

/** A feed of numbers by the shape of a piece: of its tokens, its answers or its pairs. */
export function pieceFeed(
  pieces: number,
  ...shape: readonly ("answers" | "pairs" | "counted")[]
): InputSpec {
  return { ...feed, type: "float32", shape: [pieces, ...shape] };
}

/** Makes the objective; it reads the present answers whenever it is asked for feeds. */
export function answersObjective(
  loss: AnswersLoss,
  { answers, vocabSize, afterVirtualTokens }: AnswersObjectiveOptions,
  pieces = 1,
): Objective {
  const { temperature, together } = loss;
  const { groups } = answers;
  const answersOf = (prompts: ArrayLike<number>) =>
    Array.from(prompts).flatMap((prompt) => groups[prompt]).map((each) => answers.of(each));
  const own = loss.feeds(pieces);
  const ids: InputSpec = { ...pieceFeed(pieces, "counted"), type: "int32" };
  return {
    name: loss.name,
    head: { name: "language", outputs: vocabSize },
    outputs: vocabSize,
    per: "token",
    feeds: {
      [names.tokens]: ids,
      [names.slots]: { ...feed, type: "int32", shape: ["batch", "sequence"] },
      [names.targets]: ids,
      ...own,
      normaliser: { ...feed, type: "float32", shape: [] },
    },
    ...(afterVirtualTokens ? { readsBefore: true } : {}),
    // Held-out rows are scored as those of other language models.
    perRow: nextTokenObjective({ texts: [], vocabSize, perToken: true }).perRow!,
    loss: inPiecesAlone,
    piecewise: {
      pieces,
      tokens: names.tokens,
      slots: names.slots,
      cut: [names.targets, ...Object.keys(own)],
      loss(results, feeds, tell) {
        const scaled = temperature === 1 ? results : tf.div(results, temperature);
        const logProbs = loss.ofTokens?.(scaled, feeds) ??
          tf.neg(ops.classCrossEntropy(scaled, feeds[names.targets])); // [length]
        tell?.(toldLogProbs, tf.expandDims(logProbs, 0));
        return tf.div(loss.sum(logProbs, feeds), feeds.normaliser);
      },
    },
    weightOf: (prompts) =>
      answersOf(prompts).reduce((sum, answer) => sum + loss.answerWeight(answer), 0),
    targetsOf(prompts, normaliser, { layout } = {}) {
      const chosen = answersOf(prompts);
      const { rows, length, starts } = layout ?? paddedLayout(chosen.map(({ ids }) => ids.length));
      const arranged = answerPieces(chosen.map(({ length }) => length), pieces, together);
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
      return {
        [names.tokens]: idsOfTokens(arranged, places),
        [names.slots]: { shape: [rows, length], data: slots },
        [names.targets]: idsOfTokens(arranged, chosen.map(answerIds)),
        ...loss.targets(arranged, chosen),
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
      return answersObjective(loss, { answers, vocabSize, afterVirtualTokens }, needed);
    },
  };
}

const answerIds = ({ ids, length }: LearnedAnswer) => ids.subarray(ids.length - length);

/** No whole answers are there to compute it from: all of it is in the pieces. */
function inPiecesAlone(): never {
  throw new TunebookError("unsupported", "the loss of sampled answers is computed in pieces alone");
}
