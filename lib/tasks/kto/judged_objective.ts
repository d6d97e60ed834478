/**
 * What a training on good and bad answers minimises.
 *
 * @module
 */
import { type InputSpec, ops, type Tensor, tf } from "../../engine/mod.ts";
import type { Objective } from "../../nn/objective.ts";
import { answerSums, piecesOfAnswers } from "../preference/answer_sums.ts";
import type { AnswerSequence } from "../preference/encode_answers.ts";
import { needsReference } from "../preference/pair_objective.ts";
import { tokenLogProbabilities } from "../shared/token_log_probabilities.ts";

/** The answers and how they are learned. */
export interface JudgedObjectiveOptions {
  readonly name: string;
  readonly sequences: readonly AnswerSequence[];
  /** Of each answer its sequence, and that of its prompt with another answer, where the loss compares with that. */
  readonly groups: readonly (readonly [own: number, other?: number])[];
  /** Whether each answer is good. */
  readonly isGood: readonly boolean[];
  readonly beta: number;
  readonly desirableWeight: number;
  readonly undesirableWeight: number;
  readonly vocabSize: number;
  /** log p of each sequence's answer before the training; asked for with the targets. */
  readonly reference?: ArrayLike<number> | undefined;
}

const number: InputSpec = { role: "feed", type: "float32", shape: ["judged"] };
const row: InputSpec = { role: "feed", type: "int32", shape: ["judged"] };

/**
 * The mean over the step's answers of w (1 − σ(±β (log π/π_ref − KL))), + for good ones (Ethayarajh et al., arXiv 2402.01306,
 * equation 7). KL is the mean log π/π_ref of prompts with answers to others, at least 0, and takes no gradient; it is that of the whole
 * step. Without such answers it is 0.
 */
export function judgedObjective(options: JudgedObjectiveOptions): Objective {
  const { name, sequences, groups, isGood, vocabSize, reference } = options;
  const comparesOthers = groups.some((group) => group.length > 1);
  const summed = { sequences, groups: groups as readonly (readonly number[])[], vocabSize };
  const perGroup = comparesOthers ? 2 : 1;
  const objective: Objective = {
    name,
    head: { name: "language", outputs: vocabSize },
    outputs: vocabSize,
    per: "token",
    perRow: tokenLogProbabilities(vocabSize),
    sums: answerSums(summed, 1),
    acrossBatch: comparesOthers,
    feeds: {
      own_rows: row,
      own_reference: number,
      signs: number,
      answer_shares: number,
      ...(comparesOthers ? { other_rows: row, other_reference: number } : {}),
      normaliser: { role: "feed", type: "float32", shape: [] },
    },
    loss: (sums, feeds) => lossOfSums(sums, feeds, { ...options, comparesOthers }),
    weightOf: (chosen) => chosen.length,
    targetsOf(given, normaliser) {
      const chosen = Array.from(given);
      const before = reference ?? needsReference(name);
      const shape = [chosen.length];
      const rowsAt = (place: number) => ({
        shape,
        data: Int32Array.from(chosen, (_, at) => perGroup * at + place),
      });
      const numbersOf = (of: (answer: number) => number) => ({
        shape,
        data: Float32Array.from(chosen, of),
      });
      const { desirableWeight, undesirableWeight } = options;
      return {
        own_rows: rowsAt(0),
        own_reference: numbersOf((answer) => before[groups[answer][0]]),
        signs: numbersOf((answer) => isGood[answer] ? 1 : -1),
        answer_shares: numbersOf((answer) => isGood[answer] ? desirableWeight : undesirableWeight),
        ...(comparesOthers
          ? {
            other_rows: rowsAt(1),
            other_reference: numbersOf((answer) => before[groups[answer][1]!]),
          }
          : {}),
        normaliser: { shape: [], data: Float32Array.of(normaliser) },
      };
    },
    forBatches: (batches) => ({
      ...objective,
      sums: answerSums(summed, piecesOfAnswers(summed, batches)),
    }),
  };
  return objective;
}

function lossOfSums(
  sums: Tensor,
  feeds: Readonly<Record<string, Tensor>>,
  { beta, comparesOthers }: Pick<JudgedObjectiveOptions, "beta"> & {
    readonly comparesOthers: boolean;
  },
): Tensor {
  const answers = tf.reshape(sums, [-1]);
  const ratiosOf = (rows: Tensor, before: Tensor) =>
    tf.sub(tf.gather(answers, rows as never), before);
  const own = ratiosOf(feeds.own_rows, feeds.own_reference);
  const compared = comparesOthers
    ? tf.sub(own, divergence(ratiosOf(feeds.other_rows, feeds.other_reference), feeds.normaliser))
    : own;
  const liked = tf.sigmoid(tf.mul(tf.mul(compared, feeds.signs), beta));
  return tf.div(tf.sum(tf.mul(tf.sub(1, liked), feeds.answer_shares)), feeds.normaliser);
}

/** The mean log-ratio of other answers, at least 0, without a gradient. */
function divergence(ratios: Tensor, count: Tensor): Tensor {
  const mean = tf.relu(tf.div(tf.sum(ratios), count));
  return ops.maskedGradient(mean, tf.scalar(0));
}
