/**
 * Text classification: one label of several, several labels at once, or a number.
 *
 * @module
 */
import { type HostTensor, ops, type Tensor, tf } from "../engine/mod.ts";
import type { Task } from "../nn/task.ts";

/** What a row is labelled with. */
export type LabelKind = "single" | "multi" | "regression";

/** The labels of a data set and how to learn them. */
export interface TextClassificationOptions {
  readonly kind: LabelKind;
  /** [rows · outputs]: shares that sum to 1, a 0 or 1 for each label, or the numbers themselves. */
  readonly targets: Float32Array;
  readonly outputs: number;
  /** The share of a target that is spread evenly over all labels (Szegedy et al., 2016). */
  readonly labelSmoothing?: number;
  /** The weight of each label's rows in the loss; single label only. */
  readonly classWeights?: readonly number[];
}

/** Text classification on the given targets. */
export function textClassification(options: TextClassificationOptions): Task {
  const { kind, outputs, labelSmoothing = 0, classWeights } = options;
  const row = (at: number) => options.targets.subarray(at * outputs, (at + 1) * outputs);
  const weightOfRow = (at: number) =>
    kind === "single" && classWeights ? classWeights[largest(row(at))] : 1;
  const weightOf = (rows: ArrayLike<number>) =>
    Array.from(rows, weightOfRow).reduce((sum, weight) => sum + weight, 0);
  return {
    name: "text-classification",
    outputs,
    feeds: {
      targets: { role: "feed", type: "float32", shape: ["batch", outputs] },
      weights: { role: "feed", type: "float32", shape: ["batch"] },
      normaliser: { role: "feed", type: "float32", shape: [] },
    },
    forward(net, { architecture, config }, batch) {
      const hidden = architecture.forward(net, config, batch);
      const [rows, , width] = hidden.shape as [number, number, number];
      const first = tf.reshape(tf.slice(hidden, [0, 0, 0], [rows, 1, width]), [rows, width]);
      return architecture.classification.forward(net, config, first);
    },
    loss: (logits, { targets, weights, normaliser }) =>
      tf.div(tf.sum(tf.mul(rowLosses[kind](logits, targets), weights)), normaliser),
    weightOf,
    targetsOf(rows, normaliser) {
      const targets = new Float32Array(rows.length * outputs);
      Array.from(rows, (at, i) => targets.set(row(at), i * outputs));
      if (kind === "single" && labelSmoothing > 0) {
        for (let i = 0; i < targets.length; i++) {
          targets[i] = targets[i] * (1 - labelSmoothing) + labelSmoothing / outputs;
        }
      }
      return {
        targets: { shape: [rows.length, outputs], data: targets },
        weights: { shape: [rows.length], data: Float32Array.from(rows, weightOfRow) },
        normaliser: { shape: [], data: Float32Array.of(normaliser) },
      } satisfies Record<string, HostTensor>;
    },
  };
}

/** [batch, outputs] logits and targets → [batch] losses, as transformers defines them. */
const rowLosses: Readonly<Record<LabelKind, (logits: Tensor, targets: Tensor) => Tensor>> = {
  single: (logits, targets) => tf.neg(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), -1)),
  multi: (logits, targets) => tf.mean(ops.binaryCrossEntropy(logits, targets), -1),
  regression: (values, targets) => tf.mean(tf.square(tf.sub(values, targets)), -1),
};

function largest(numbers: Float32Array): number {
  return numbers.indexOf(Math.max(...numbers));
}
