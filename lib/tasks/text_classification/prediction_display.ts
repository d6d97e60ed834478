/**
 * What a model says about texts, as a notebook and a terminal show it.
 *
 * @module
 */
import type { MimeBundle } from "../../core/display.ts";
import { shortened } from "../../core/text_table.ts";
import { labelDisplay } from "../shared/label_display.ts";
import type { Prediction } from "./prediction.ts";

const mostCharacters = 120;

/** A row for each text. */
export function displayOfPredictions(predictions: readonly Prediction[]): MimeBundle {
  return labelDisplay(predictions, {
    noun: "text",
    text: (at) => shortened(predictions[at].text, mostCharacters),
  });
}
