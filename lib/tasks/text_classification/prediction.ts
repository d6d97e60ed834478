/**
 * What a model says about a text, for people.
 *
 * @module
 */
import type { LabelKind } from "../../data/labels.ts";
import { predictionsOf } from "../shared/class_predictions.ts";

/** One text's prediction. */
export interface Prediction {
  readonly text: string;
  /** The label, the labels, or the number. */
  readonly label: string | readonly string[] | number;
  /** Probability by label; the value itself for a regression. */
  readonly probabilities: Readonly<Record<string, number>>;
}

/** What logits [texts · labels] say about texts. */
export function predictionsOfTexts(
  texts: readonly string[],
  logits: Float32Array,
  { kind, labels }: { readonly kind: LabelKind; readonly labels: readonly string[] },
): Prediction[] {
  if (texts.length === 0) return [];
  const outputs = labels.length;
  const unknownTruth = new Float32Array(kind === "single" ? texts.length : logits.length);
  const { probabilities, predicted } = predictionsOf({ kind, labels, logits, truth: unknownTruth });
  return texts.map((text, row) => {
    const own = (values: ArrayLike<number>, at: number) => values[row * outputs + at];
    const byLabel = Object.fromEntries(labels.map((label, i) => [label, own(probabilities, i)]));
    const label = kind === "single"
      ? labels[predicted[row]]
      : kind === "multi"
      ? labels.filter((_, i) => own(predicted, i) === 1)
      : own(predicted, 0);
    return { text, label, probabilities: byLabel };
  });
}
