/**
 * Image classification as a trained model's files say it.
 *
 * @module
 */
import type { LabelKind } from "../../data/labels.ts";
import { imageClassification } from "../image_classification.ts";
import type { HeadNotes } from "../shared/head_notes.ts";
import { saidKind } from "../shared/labelled_rows.ts";

/** The task; one label an image unless the files say otherwise. */
export function openedImageClassification({ kind, problemType }: HeadNotes) {
  return imageClassification<LabelKind>({
    image: "image",
    label: "label",
    kind: saidKind(kind, problemType) ?? "single",
  });
}
