/**
 * Text classification as a trained model's files say it.
 *
 * @module
 */
import type { LabelKind } from "../../data/labels.ts";
import type { HeadNotes } from "../shared/head_notes.ts";
import { textClassification } from "../text_classification.ts";

/** transformers' `problem_type`. */
const kinds: Readonly<Record<string, LabelKind>> = {
  single_label_classification: "single",
  multi_label_classification: "multi",
  regression: "regression",
};

/** The task; where nobody says what the numbers mean, one number is a regression. */
export function openedTextClassification({ outputs, kind, problemType }: HeadNotes) {
  const said = Object.values(kinds).find((each) => each === kind) ??
    (Object.hasOwn(kinds, String(problemType)) ? kinds[String(problemType)] : undefined);
  return textClassification<LabelKind>({
    text: "text",
    label: "label",
    kind: said ?? (outputs === 1 ? "regression" : "single"),
  });
}
