/**
 * Text classification as a trained model's files say it.
 *
 * @module
 */
import type { LabelKind } from "../../data/labels.ts";
import { saidKind } from "../shared/labelled_rows.ts";
import type { HeadNotes } from "../shared/head_notes.ts";
import { textClassification } from "../text_classification.ts";

/** The task; where nobody says what the numbers mean, one number is a regression. */
export function openedTextClassification({ outputs, kind, problemType }: HeadNotes) {
  const said = saidKind(kind, problemType);
  return textClassification<LabelKind>({
    text: "text",
    label: "label",
    kind: said ?? (outputs === 1 ? "regression" : "single"),
  });
}
