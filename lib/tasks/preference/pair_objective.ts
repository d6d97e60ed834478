/**
 * What a training on pairs of answers minimises.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { type HostTensor, type InputSpec, type Tensor, tf } from "../../engine/mod.ts";
import type { Objective } from "../../nn/objective.ts";
import { answerSums, piecesOfAnswers } from "./answer_sums.ts";
import { type AnswerSequence, answerTokens } from "./encode_answers.ts";
import type { PairLoss } from "./pair_loss.ts";
import { tokenLogProbabilities } from "../shared/token_log_probabilities.ts";

/** The pairs and how they are learned. */
export interface PairObjectiveOptions {
  readonly loss: PairLoss;
  readonly sequences: readonly AnswerSequence[];
  /** Of each pair the sequence of the better answer and that of the worse one. */
  readonly pairs: readonly (readonly [chosen: number, rejected: number])[];
  readonly vocabSize: number;
  /** log p of each sequence's answer before the training, where the loss needs it; asked for with the targets. */
  readonly reference?: ArrayLike<number> | undefined;
}

const row: InputSpec = { role: "feed", type: "int32", shape: ["pairs"] };
const number: InputSpec = { role: "feed", type: "float32", shape: ["pairs"] };
const scalar: InputSpec = { role: "feed", type: "float32", shape: [] };

/**
 * The mean loss of the step's pairs. Of the head only what it says of the answers' tokens is read, and of these only the
 * sum over each answer.
 */
export function pairObjective(options: PairObjectiveOptions): Objective {
  const { loss, sequences, pairs, vocabSize } = options;
  const { likelihood } = loss;
  const summed = {
    sequences,
    groups: pairs,
    vocabSize,
    wholeTextOf: likelihood?.of === "text" ? 0 : undefined,
  };
  const objective: Objective = {
    name: loss.name,
    head: { name: "language", outputs: vocabSize },
    outputs: vocabSize,
    per: "token",
    perRow: tokenLogProbabilities(vocabSize),
    sums: answerSums(summed, 1),
    feeds: {
      chosen_rows: row,
      rejected_rows: row,
      chosen_tokens: number,
      rejected_tokens: number,
      ...(loss.usesReference ? { chosen_reference: number, rejected_reference: number } : {}),
      ...(likelihood ? { likelihood_share: scalar } : {}),
      normaliser: scalar,
    },
    loss: (sums, feeds) => lossOfSums(loss, sums, feeds),
    weightOf: (chosen) => chosen.length,
    targetsOf: (chosen, normaliser, { stepRows = chosen } = {}) =>
      pairTargets(options, Array.from(chosen), normaliser, Array.from(stepRows)),
    forBatches(batches) {
      const pieces = piecesOfAnswers(summed, batches);
      return { ...objective, sums: answerSums(summed, pieces) };
    },
  };
  return objective;
}

function lossOfSums(
  { of, usesReference, likelihood }: PairLoss,
  sums: Tensor,
  feeds: Readonly<Record<string, Tensor>>,
): Tensor {
  const column = (at: number) => tf.reshape(tf.slice(sums, [0, at], [-1, 1]), [-1]);
  const answers = column(0);
  const zeros = () => tf.mul(feeds.chosen_tokens, 0);
  const losses = of({
    chosen: tf.gather(answers, feeds.chosen_rows as never),
    rejected: tf.gather(answers, feeds.rejected_rows as never),
    chosenReference: usesReference ? feeds.chosen_reference : zeros(),
    rejectedReference: usesReference ? feeds.rejected_reference : zeros(),
    chosenTokens: feeds.chosen_tokens,
    rejectedTokens: feeds.rejected_tokens,
  });
  const mean = tf.div(tf.sum(losses), feeds.normaliser);
  if (!likelihood) return mean;
  const texts = likelihood.of === "text" ? column(1) : answers;
  const learned = tf.sum(tf.gather(texts, feeds.chosen_rows as never));
  return tf.sub(mean, tf.mul(learned, feeds.likelihood_share));
}

function pairTargets(
  { loss: { name, usesReference, likelihood }, sequences, pairs, reference }: PairObjectiveOptions,
  chosen: readonly number[],
  normaliser: number,
  stepRows: readonly number[],
): Record<string, HostTensor> {
  const shape = [chosen.length];
  const rowsAt = (place: number) => ({
    shape,
    data: Int32Array.from(chosen, (_, at) => 2 * at + place),
  });
  const numbersOf = (place: 0 | 1, of: (sequence: number) => number) => ({
    shape,
    data: Float32Array.from(chosen, (pair) => of(pairs[pair][place])),
  });
  const tokensOf = (sequence: number) => Math.max(1, answerTokens(sequences[sequence]));
  const before = (sequence: number) => (reference ?? needsReference(name))[sequence];
  return {
    chosen_rows: rowsAt(0),
    rejected_rows: rowsAt(1),
    chosen_tokens: numbersOf(0, tokensOf),
    rejected_tokens: numbersOf(1, tokensOf),
    ...(usesReference
      ? { chosen_reference: numbersOf(0, before), rejected_reference: numbersOf(1, before) }
      : {}),
    ...(likelihood
      ? { likelihood_share: scalarOf(likelihood.weight / learnedTokens(likelihood.of)) }
      : {}),
    normaliser: scalarOf(normaliser),
  };

  /** Tokens of all chosen answers of the step that are learned. */
  function learnedTokens(of: "answer" | "text"): number {
    const tokens = stepRows.map((pair) => sequences[pairs[pair][0]])
      .map((each) => of === "text" ? each.ids.length - 1 : answerTokens(each));
    return Math.max(1, tokens.reduce((sum, each) => sum + each, 0));
  }
}

/** Throws where answers cannot be compared with the model before the training. */
export function needsReference(name: string): never {
  throw new TunebookError(
    "input",
    `${name} compares answers with the model before the training, which has not been asked about these rows; ` +
      "withReference of the examples gives rows that know it",
  );
}

function scalarOf(value: number): HostTensor {
  return { shape: [], data: Float32Array.of(value) };
}
