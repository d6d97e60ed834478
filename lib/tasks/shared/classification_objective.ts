/**
 * Text classification: one label of several, several labels at once, or a number.
 *
 * @module
 */
import { mistakes } from "../../core/errors.ts";
import { type HostTensor, ops, type Tensor, tf } from "../../engine/mod.ts";
import type { Objective } from "../../nn/objective.ts";

/** What a row is labelled with. */
export type LabelKind = "single" | "multi" | "regression";

/** The labels of a data set and how to learn them. */
export interface ClassificationObjectiveOptions {
  readonly kind: LabelKind;
  /** [rows · outputs]: shares that sum to 1, a 0 or 1 for each label, or the numbers themselves. */
  readonly targets: Float32Array;
  readonly outputs: number;
  /** The share of a target that is spread evenly over all labels (Szegedy et al., 2016); single only. */
  readonly labelSmoothing?: number;
  /** The weight of each label in the loss; single label only. */
  readonly classWeights?: readonly number[];
}

/**
 * Text classification on the given targets. Class weights and label smoothing together mean what
 * they mean in PyTorch's `CrossEntropyLoss`: each label's part of the smoothed target has the
 * label's weight, and the sum is divided by the weights of the unsmoothed targets.
 *
 * Throws an error of kind "input" with all options that do not fit.
 */
export function classificationObjective(options: ClassificationObjectiveOptions): Objective {
  checkOptions(options);
  const { kind, outputs, labelSmoothing = 0, classWeights } = options;
  const row = (at: number) => options.targets.subarray(at * outputs, (at + 1) * outputs);
  const weightOfRow = (at: number) =>
    classWeights ? row(at).reduce((sum, share, i) => sum + share * classWeights[i], 0) : 1;
  const weightOf = (rows: ArrayLike<number>) =>
    Array.from(rows, weightOfRow).reduce((sum, weight) => sum + weight, 0);
  const smoothed = (at: number) =>
    row(at).map((share, i) =>
      (share * (1 - labelSmoothing) + labelSmoothing / outputs) * (classWeights?.[i] ?? 1)
    );
  return {
    name: "text-classification",
    head: { name: "classification", outputs },
    outputs,
    per: "sequence",
    feeds: {
      targets: { role: "feed", type: "float32", shape: ["batch", outputs] },
      normaliser: { role: "feed", type: "float32", shape: [] },
    },
    loss: (logits, { targets, normaliser }) =>
      tf.div(tf.sum(rowLosses[kind](logits, targets)), normaliser),
    weightOf,
    targetsOf(rows, normaliser) {
      const targets = new Float32Array(rows.length * outputs);
      const prepared = kind === "single" ? smoothed : row;
      Array.from(rows, (at, i) => targets.set(prepared(at), i * outputs));
      return {
        targets: { shape: [rows.length, outputs], data: targets },
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

function checkOptions(
  { kind, targets, outputs, labelSmoothing = 0, classWeights }: ClassificationObjectiveOptions,
): void {
  const wrong: string[] = [];
  if (!Object.hasOwn(rowLosses, kind)) {
    wrong.push(`kind is "${kind}", but must be ${Object.keys(rowLosses).join(", ")}`);
  }
  if (!Number.isSafeInteger(outputs) || outputs < 1) {
    wrong.push(`outputs is ${outputs}, but must be a whole number above 0`);
  } else if (targets.length % outputs !== 0) {
    wrong.push(`targets are ${targets.length} numbers, no multiple of ${outputs} outputs`);
  }
  if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
    wrong.push(`labelSmoothing is ${labelSmoothing}, but must be in [0, 1)`);
  }
  if (kind !== "single" && (labelSmoothing > 0 || classWeights)) {
    wrong.push("labelSmoothing and classWeights are for rows with a single label");
  }
  if (classWeights && classWeights.length !== outputs) {
    wrong.push(`classWeights has ${classWeights.length} numbers for ${outputs} labels`);
  }
  if (classWeights?.some((weight) => !(Number.isFinite(weight) && weight >= 0))) {
    wrong.push(`classWeights is ${classWeights.join(", ")}, but must be numbers from 0`);
  }
  if (wrong.length > 0) throw mistakes("input", "the task cannot be set up:", wrong);
}
