/**
 * The loss of tags: cross-entropy of the tokens, or of the mean of each word's tokens.
 *
 * @module
 */
import { mistakes } from "../../core/errors.ts";
import { type HostTensor, type InputSpec, type Tensor, tf } from "../../engine/mod.ts";
import type { Objective } from "../../nn/objective.ts";
import { type BatchLayout, paddedLayout } from "../../text/batch_layout.ts";
import { crossEntropy, targetWeight, weightedMean } from "../shared/cross_entropy.ts";
import { lossMistakes, type LossOptions } from "../shared/loss_options.ts";

/** Something that has one target: a token, or all tokens of a word. */
export interface TagTarget {
  /** Where its tokens stand in the sequence. */
  readonly tokens: readonly number[];
  /** The number of the label. */
  readonly label: number;
}

/** A sequence with its targets. */
export interface TargetedSequence {
  /** Tokens, special ones included. */
  readonly length: number;
  readonly targets: readonly TagTarget[];
}

/** What to learn. */
export interface TagObjectiveOptions extends LossOptions {
  readonly sequences: readonly TargetedSequence[];
  /** How many labels there are. */
  readonly outputs: number;
  /**
   * True where a target is learned by the mean of its tokens' logits. The programs differ: else each
   * has one token.
   */
  readonly averaged: boolean;
}

/**
 * The mean cross-entropy over all targets. Of single tokens the feeds lie as the batch's tokens do:
 * `tag_labels` and `tag_weights` [batch, sequence], weight 0 for tokens that learn nothing. Averaged, they
 * are of words: `tag_labels` and `tag_weights` [words], with `tag_tokens` and `tag_shares` [words, pieces]: the tokens of each
 * word, counted through the batch, and 1 ÷ their number, 0 where a word has fewer.
 *
 * A sequence's weight is the number of its targets, with class weights the sum of theirs.
 *
 * Throws an error of kind "input" with all loss settings that make no sense.
 */
export function tagObjective(options: TagObjectiveOptions): Objective {
  const { sequences, outputs, averaged, ...loss } = options;
  const wrong = lossMistakes(loss, outputs);
  if (wrong.length > 0) throw mistakes("input", "the task cannot be set up:", wrong);
  const { classWeights } = loss;
  return {
    name: "token-classification",
    head: { name: "tokens", outputs },
    outputs,
    per: "token",
    feeds: {
      ...(averaged ? wordFeeds : tokenFeeds),
      normaliser: { role: "feed", type: "float32", shape: [] },
    },
    loss(logits, { tag_labels, tag_weights, tag_tokens, tag_shares, normaliser }) {
      const scored = averaged ? meanOfTokens(logits, tag_tokens, tag_shares) : logits;
      const losses = crossEntropy(scored, tf.reshape(tag_labels, [-1]), loss);
      return weightedMean(losses, tag_weights, normaliser);
    },
    distributions: {
      of: "classes",
      lines: (logits, { tag_tokens, tag_shares }) =>
        averaged ? meanOfTokens(logits, tag_tokens, tag_shares) : logits,
      weights: ({ tag_weights }) => tf.reshape(tag_weights, [-1]),
      weightOf: (chosen) =>
        Array.from(chosen).reduce((sum, at) => sum + sequences[at].targets.length, 0),
    },
    weightOf: (chosen) =>
      Array.from(chosen).reduce((sum, at) =>
        sequences[at].targets.reduce(
          (total, { label }) => total + targetWeight(label, classWeights),
          sum,
        ), 0),
    targetsOf(chosen, normaliser, { layout } = {}) {
      const own = Array.from(chosen, (at) => sequences[at]);
      const places = layout ?? paddedLayout(own.map(({ length }) => length));
      return {
        ...(averaged ? wordTargets(own, places) : tokenTargets(own, places)),
        normaliser: { shape: [], data: Float32Array.of(normaliser) },
      };
    },
  };
}

const tokenFeeds: Readonly<Record<string, InputSpec>> = {
  tag_labels: { role: "feed", type: "int32", shape: ["batch", "sequence"] },
  tag_weights: { role: "feed", type: "float32", shape: ["batch", "sequence"] },
};
const wordFeeds: Readonly<Record<string, InputSpec>> = {
  tag_labels: { role: "feed", type: "int32", shape: ["words"] },
  tag_weights: { role: "feed", type: "float32", shape: ["words"] },
  tag_tokens: { role: "feed", type: "int32", shape: ["words", "pieces"] },
  tag_shares: { role: "feed", type: "float32", shape: ["words", "pieces"] },
};

/** [tokens, labels] → [words, labels] */
function meanOfTokens(logits: Tensor, tokens: Tensor, shares: Tensor): Tensor {
  const [words, pieces] = tokens.shape as [number, number];
  const found = tf.gather(logits, tf.reshape(tokens, [-1]) as Parameters<typeof tf.gather>[1]);
  const byWord = tf.reshape(found, [words, pieces, logits.shape[1]!]);
  return tf.sum(tf.mul(byWord, tf.expandDims(shares, -1)), 1);
}

function tokenTargets(
  sequences: readonly TargetedSequence[],
  { rows, length, starts }: BatchLayout,
): Record<string, HostTensor> {
  const labels = new Int32Array(rows * length);
  const weights = new Float32Array(rows * length);
  sequences.forEach(({ targets }, at) => {
    for (const { tokens: [token], label } of targets) {
      labels[starts[at] + token] = label;
      weights[starts[at] + token] = 1;
    }
  });
  const shape = [rows, length];
  return { tag_labels: { shape, data: labels }, tag_weights: { shape, data: weights } };
}

function wordTargets(
  sequences: readonly TargetedSequence[],
  { starts }: BatchLayout,
): Record<string, HostTensor> {
  const found = sequences.flatMap(({ targets }, at) =>
    targets.map(({ tokens, label }) => ({ label, tokens: tokens.map((own) => starts[at] + own) }))
  );
  // A batch without any has one of weight 0, so that nothing is empty.
  const words = Math.max(1, found.length);
  const pieces = found.reduce((most, { tokens }) => Math.max(most, tokens.length), 1);
  const tokens = new Int32Array(words * pieces);
  const shares = new Float32Array(words * pieces);
  found.forEach((each, word) => {
    tokens.set(each.tokens, word * pieces);
    shares.fill(1 / each.tokens.length, word * pieces, word * pieces + each.tokens.length);
  });
  const ofWords = (value: (label: number) => number) => found.map(({ label }) => value(label));
  return {
    tag_labels: { shape: [words], data: fill(new Int32Array(words), ofWords((label) => label)) },
    tag_weights: { shape: [words], data: fill(new Float32Array(words), ofWords(() => 1)) },
    tag_tokens: { shape: [words, pieces], data: tokens },
    tag_shares: { shape: [words, pieces], data: shares },
  };
}

function fill<Data extends Int32Array | Float32Array>(data: Data, values: number[]): Data {
  data.set(values);
  return data;
}
