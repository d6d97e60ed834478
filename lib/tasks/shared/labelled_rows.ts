/**
 * What the labels of rows are to a loss, to metrics and to the files of a model.
 *
 * @module
 */
import type { LabelKind, Labels } from "../../data/labels.ts";
import type { Baseline } from "../../nn/task.ts";
import { predictionsOf } from "./class_predictions.ts";
import { needsLabels } from "./text_examples.ts";

/** Examples that know their labels, for the baseline. */
export interface WithTruth {
  readonly truth?: ArrayLike<number>;
}

const problemTypes: Readonly<Record<LabelKind, string>> = {
  single: "single_label_classification",
  multi: "multi_label_classification",
  regression: "regression",
};

/** The fields of `config.json` that name the outputs. */
export function labelFields(kind: LabelKind, labels: readonly string[]): Record<string, unknown> {
  return {
    problem_type: problemTypes[kind],
    id2label: Object.fromEntries(labels.map((label, id) => [id, label])),
    label2id: Object.fromEntries(labels.map((label, id) => [label, id])),
  };
}

/** The kind that files name: tunebook's own word, or else transformers' `problem_type`. */
export function saidKind(kind: string | undefined, problemType: unknown): LabelKind | undefined {
  const known = Object.entries(problemTypes) as [LabelKind, string][];
  const found = known.find(([own]) => own === kind) ??
    known.find(([, name]) => name === problemType);
  return found?.[0];
}

/** What metrics compare with. */
export function truthOf(labels: Labels): ArrayLike<number> {
  return labels.kind === "single" ? labels.ids : labels.targets;
}

/** What the loss compares with, [rows · outputs]. */
export function labelTargets(labels: Labels): Float32Array {
  if (labels.kind !== "single") return labels.targets;
  const classes = labels.names.length;
  const targets = new Float32Array(labels.ids.length * classes);
  labels.ids.forEach((id, row) => targets[row * classes + id] = 1);
  return targets;
}

/** What always saying the most frequent label would score; both are examples that know their labels. */
export function mostFrequent(
  labels: readonly string[],
  train: object,
  held: object,
): Baseline {
  const truth = (examples: WithTruth) => Array.from(examples.truth ?? needsLabels("baseline"));
  const countOf = (ids: readonly number[], id: number) => ids.filter((each) => each === id).length;
  const known = truth(train);
  const counts = labels.map((_, id) => countOf(known, id));
  const most = counts.indexOf(Math.max(...counts));
  const others = truth(held);
  return { label: labels[most], accuracy: countOf(others, most) / others.length };
}

/** What a model says about an input with labels. */
export interface SaidLabel {
  /** The label, the labels, or the number. */
  readonly label: string | readonly string[] | number;
  /** Probability by label; the value itself for a regression. */
  readonly probabilities: Readonly<Record<string, number>>;
}

/** What logits [rows · labels] say. */
export function saidLabels(
  rows: number,
  logits: Float32Array,
  { kind, labels }: { readonly kind: LabelKind; readonly labels: readonly string[] },
): SaidLabel[] {
  if (rows === 0) return [];
  const outputs = labels.length;
  const unknownTruth = new Float32Array(kind === "single" ? rows : logits.length);
  const { probabilities, predicted } = predictionsOf({ kind, labels, logits, truth: unknownTruth });
  return Array.from({ length: rows }, (_, row) => {
    const own = (values: ArrayLike<number>, at: number) => values[row * outputs + at];
    const byLabel = Object.fromEntries(labels.map((label, i) => [label, own(probabilities, i)]));
    const label = kind === "single"
      ? labels[predicted[row]]
      : kind === "multi"
      ? labels.filter((_, i) => own(predicted, i) === 1)
      : own(predicted, 0);
    return { label, probabilities: byLabel };
  });
}
