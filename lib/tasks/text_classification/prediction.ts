/**
 * What a model says about a text, for people.
 *
 * @module
 */
import type { LabelKind } from "../../data/labels.ts";
import { type SaidLabel, saidLabels } from "../shared/labelled_rows.ts";

/** One text's prediction. */
export interface Prediction extends SaidLabel {
  readonly text: string;
}

/** What logits [texts · labels] say about texts. */
export function predictionsOfTexts(
  texts: readonly string[],
  logits: Float32Array,
  task: { readonly kind: LabelKind; readonly labels: readonly string[] },
): Prediction[] {
  return saidLabels(texts.length, logits, task).map((said, row) => ({ text: texts[row], ...said }));
}
