/**
 * Text classification: one label of several, several labels at once, or a number.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { numberList, oneOf, required, type Rules, whole } from "../../core/option_rules.ts";
import type { LabelKind } from "../../data/labels.ts";
import { type Mistake, mistakeOf } from "../../core/errors.ts";
import { type HostTensor, type Tensor, tf } from "../../engine/mod.ts";
import type { Distributions } from "../../nn/distributions.ts";
import type { Objective } from "../../nn/objective.ts";
import { binaryCrossEntropies, crossEntropy, targetWeight } from "./cross_entropy.ts";
import { lossMistakes, type LossOptions, lossRules } from "./loss_options.ts";

/**
 * The labels of a data set and how to learn them. `labelSmoothing` and `classWeights` are for rows
 * with a single label, `focalGamma` for one or several.
 */
export interface ClassificationObjectiveOptions extends LossOptions {
  readonly kind: LabelKind;
  /** [rows · outputs]: shares that sum to 1, a 0 or 1 for each label, or the numbers themselves. */
  readonly targets: Float32Array;
  readonly outputs: number;
}

/**
 * Text classification on the given targets. Class weights and label smoothing together mean what
 * they mean in PyTorch's `CrossEntropyLoss`: each label's part of the smoothed target has the
 * label's weight, and the sum is divided by the weights of the unsmoothed targets.
 *
 * Throws an error of kind "input" with all options that do not fit.
 *
 * @example
 * ```ts
 * import { classificationObjective } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const objective = classificationObjective({
 *   kind: "single",
 *   outputs: 2,
 *   targets: Float32Array.of(1, 0, 0, 1), // [2 rows × 2 labels]
 * });
 * assert.deepEqual(objective.head, { name: "classification", outputs: 2 });
 * assert.equal(objective.weightOf([0, 1]), 2);
 * ```
 */
export function classificationObjective(options: ClassificationObjectiveOptions): Objective {
  checkOptions("classificationObjective", options, rules, () => contradictions(options));
  const { kind, outputs, targets: all, ...own } = options;
  const { classWeights } = own;
  const row = (at: number) => all.subarray(at * outputs, (at + 1) * outputs);
  const weightOf = (rows: ArrayLike<number>) =>
    Array.from(rows, (at) => targetWeight(row(at), classWeights))
      .reduce((sum, weight) => sum + weight, 0);
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
      tf.div(tf.sum(rowLosses[kind](logits, targets, own)), normaliser),
    distributions: {
      of: linesOf[kind],
      lines: (logits) => logits,
      weightOf: (rows) => rows.length,
    },
    weightOf,
    targetsOf(rows, normaliser) {
      const targets = new Float32Array(rows.length * outputs);
      Array.from(rows, (at, i) => targets.set(row(at), i * outputs));
      return {
        targets: { shape: [rows.length, outputs], data: targets },
        normaliser: { shape: [], data: Float32Array.of(normaliser) },
      } satisfies Record<string, HostTensor>;
    },
  };
}

const linesOf: Readonly<Record<LabelKind, Distributions["of"]>> = {
  single: "classes",
  multi: "labels",
  regression: "numbers",
};

type RowLosses = (logits: Tensor, targets: Tensor, options: LossOptions) => Tensor;

/** [batch, outputs] logits and targets → [batch] losses, as transformers defines them. */
const rowLosses: Readonly<Record<LabelKind, RowLosses>> = {
  single: crossEntropy,
  multi: binaryCrossEntropies,
  regression: (values, targets) => tf.mean(tf.square(tf.sub(values, targets)), -1),
};

const rules: Rules<ClassificationObjectiveOptions> = {
  kind: required(oneOf(Object.keys(rowLosses))),
  targets: required(numberList),
  outputs: required(whole),
  ...lossRules,
};

/** What does not go together. */
function contradictions(
  { kind, targets, outputs, ...loss }: ClassificationObjectiveOptions,
): Mistake[] {
  const { labelSmoothing = 0, focalGamma = 0, classWeights } = loss;
  const wrong: string[] = [];
  if (numberList[1](targets) && targets.length % outputs !== 0) {
    wrong.push(`targets are ${targets.length} numbers, no multiple of ${outputs} outputs`);
  }
  wrong.push(...lossMistakes({ classWeights }, outputs));
  if (kind !== "single" && (labelSmoothing > 0 || classWeights)) {
    wrong.push("labelSmoothing and classWeights are for rows with a single label");
  }
  if (kind === "regression" && focalGamma > 0) {
    wrong.push("focalGamma is for labels, and these rows have numbers");
  }
  return wrong.map((line) => mistakeOf(() => line));
}
