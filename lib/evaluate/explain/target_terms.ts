/**
 * What is explained: a weighted sum of logits, such as that of one label, or that of a label minus another's.
 *
 * @module
 */
import { type HostTensor, type InputSpec, type Tensor, tf } from "../../engine/mod.ts";
import type { Feeds } from "../../nn/feeds.ts";
import { appliedHead, headFeatures } from "../../nn/head_results.ts";
import type { Net } from "../../nn/net.ts";
import type { TrainableModel } from "../../nn/trainable_model.ts";

/** One logit of the sum. */
export interface TargetTerm {
  /** The token whose logit it is, counted in the sequence; 0 of a head that gives one row for each input. */
  readonly place: number;
  /** Which of the head's outputs. */
  readonly output: number;
  readonly weight: number;
}

const rowsFeed = "target_rows";
const outputsFeed = "target_outputs";
const weightsFeed = "target_weights";

/** What programs are fed with beside a batch, each [batch, terms]. */
export const targetInputs: Readonly<Record<string, InputSpec>> = {
  [rowsFeed]: { role: "feed", type: "int32", shape: ["batch", "terms"] },
  [outputsFeed]: { role: "feed", type: "int32", shape: ["batch", "terms"] },
  [weightsFeed]: { role: "feed", type: "float32", shape: ["batch", "terms"] },
};

/** What the head says at the terms, [batch, terms]. */
export interface TermLogits {
  readonly logits: Tensor;
  /** The logarithm of the sum of the exponentials of all logits at a term's place. */
  readonly normalisers: Tensor;
}

/** The terms' logits. The head is computed at their places alone. `hidden` among the inputs is what
 * the layer `firstLayer` is given. */
export function termLogits(
  net: Net,
  trainable: TrainableModel,
  inputs: Readonly<Record<string, Tensor>>,
  firstLayer = 0,
): TermLogits {
  const rows = inputs[rowsFeed];
  const all = logitsAtTerms(net, trainable, inputs, firstLayer);
  const picked = tf.gather(tf.reshape(all, [-1]), tf.reshape(inputs[outputsFeed], [-1]));
  return {
    logits: tf.reshape(picked, rows.shape),
    normalisers: tf.reshape(tf.logSumExp(all, 1), rows.shape),
  };
}

/** All logits at the terms' places, [batch · terms, outputs]. */
export function logitsAtTerms(
  net: Net,
  trainable: TrainableModel,
  inputs: Readonly<Record<string, Tensor>>,
  firstLayer = 0,
): Tensor {
  const features = headFeatures(net, trainable, inputs, { frozenLayers: firstLayer });
  return appliedHead(net, trainable, tf.gather(features, tf.reshape(inputs[rowsFeed], [-1])));
}

/** The sum that is explained, over all rows of a batch, a scalar. */
export function targetSum(
  { logits }: TermLogits,
  inputs: Readonly<Record<string, Tensor>>,
): Tensor {
  return tf.sum(tf.mul(logits, inputs[weightsFeed]));
}

/** The sum that is explained of each row, [batch]. */
export function targetSums(
  { logits }: TermLogits,
  inputs: Readonly<Record<string, Tensor>>,
): Tensor {
  return tf.sum(tf.mul(logits, inputs[weightsFeed]), 1);
}

/** The feeds of a batch whose rows ask for the same terms. */
export function targetFeeds(
  terms: readonly TargetTerm[],
  { batch, sequence, outputs }: {
    readonly batch: number;
    /** Rows of features that the head has of each input: its tokens, or 1. */
    readonly sequence: number;
    readonly outputs: number;
  },
): Feeds {
  const shape = [batch, terms.length];
  const filled = (of: (term: TargetTerm, row: number, at: number) => number) =>
    Array.from(
      { length: batch * terms.length },
      (_, at) => of(terms[at % terms.length], Math.floor(at / terms.length), at),
    );
  const ids = (of: Parameters<typeof filled>[0]): HostTensor => ({
    shape,
    data: Int32Array.from(filled(of)),
  });
  return {
    [rowsFeed]: ids(({ place }, row) => row * sequence + place),
    [outputsFeed]: ids(({ output }, _, at) => at * outputs + output),
    [weightsFeed]: { shape, data: Float32Array.from(filled(({ weight }) => weight)) },
  };
}
