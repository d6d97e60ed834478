/**
 * The logarithms of the probabilities of whole answers, as a loss reads them.
 *
 * @module
 */
import { ops, tf } from "../../engine/mod.ts";
import type { InputSpec } from "../../engine/mod.ts";
import type { TokenSums } from "../../nn/objective.ts";
import { countedFeeds, countedInputs, countedNames, piecesFor } from "../shared/counted_tokens.ts";
import type { AnswerSequence } from "./encode_answers.ts";

/** The answers of a data set. */
export interface AnswerSumsOptions {
  readonly sequences: readonly AnswerSequence[];
  /** The sequences of each row of a batch, one after the other. */
  readonly groups: readonly (readonly number[])[];
  readonly vocabSize: number;
  /**
   * The place in a group of the answer whose whole text is summed as well, prompt included, which is then a second sum;
   * of no answer unless given.
   */
  readonly wholeTextOf?: number | undefined;
}

/** The names of the weights: of the answers' tokens, and of all tokens of a text. */
const [answerWeights, textWeights] = ["answer_weights", "text_weights"];

const inBatch = ["batch", "sequence"];
const weight: InputSpec = { role: "feed", type: "float32", shape: inBatch };

/** Sums of log p over the tokens of answers, in so many pieces. */
export function answerSums(
  { sequences, groups, wholeTextOf }: AnswerSumsOptions,
  pieces: number,
): TokenSums {
  const { tokens, slots, targets, weights } = countedNames;
  const isWhole = (place: number) => place === wholeTextOf;
  return {
    pieces,
    tokens,
    slots,
    cut: [targets, weights],
    feeds: {
      ...countedInputs(pieces, inBatch),
      [answerWeights]: weight,
      ...(wholeTextOf === undefined ? {} : { [textWeights]: weight }),
    },
    weights: wholeTextOf === undefined ? [answerWeights] : [answerWeights, textWeights],
    numbers: (logits, feeds) =>
      tf.mul(tf.neg(ops.classCrossEntropy(logits, feeds[targets])), feeds[weights]),
    feedsOf(rows, { rows: count, length, starts }) {
      const shape = [count, length];
      const next = new Int32Array(count * length);
      const read = new Float32Array(count * length);
      const ofAnswers = new Float32Array(count * length);
      const ofTexts = new Float32Array(count * length);
      const chosen = Array.from(rows, (row) => groups[row].map((at, place) => ({ at, place })));
      for (const [i, { at, place }] of chosen.flat().entries()) {
        const { ids, counts } = sequences[at];
        // A token stands where the scores of the one before it are.
        for (let token = 1; token < ids.length; token++) {
          const here = starts[i] + token - 1;
          next[here] = ids[token];
          ofAnswers[here] = counts[token];
          if (isWhole(place)) ofTexts[here] = 1;
          read[here] = isWhole(place) ? 1 : counts[token];
        }
      }
      const classes = { shape, data: next };
      return {
        ...countedFeeds(classes, { shape, data: read }, pieces),
        [answerWeights]: { shape, data: ofAnswers },
        ...(wholeTextOf === undefined ? {} : { [textWeights]: { shape, data: ofTexts } }),
      };
    },
  };
}

/** How many pieces the tokens of the largest of some batches are cut into. */
export function piecesOfAnswers(
  { sequences, groups, vocabSize, wholeTextOf }: AnswerSumsOptions,
  batches: Iterable<ArrayLike<number>>,
): number {
  const readOf = (at: number, place: number) =>
    place === wholeTextOf
      ? sequences[at].ids.length
      : sequences[at].counts.reduce((sum, count) => sum + count, 0);
  let most = 0;
  for (const rows of batches) {
    const read = Array.from(rows, (row) => groups[row].map(readOf)).flat();
    most = Math.max(most, read.reduce((sum, each) => sum + each, 0));
  }
  return Math.max(1, piecesFor(most, vocabSize));
}
