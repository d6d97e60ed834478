/**
 * What a model says about texts, as a notebook and a terminal show it.
 *
 * @module
 */
import { bundleOf, type MimeBundle } from "../../core/display.ts";
import { htmlFrame, htmlTable } from "../../core/html.ts";
import { shortened, textTable } from "../../core/text_table.ts";
import { visible } from "../../core/visible.ts";
import type { Prediction } from "./prediction.ts";

/** So many predictions are shown; the others are counted. */
const mostRows = 20;
const mostCharacters = 120;
/** Digits behind the point: enough to tell two answers apart. */
const digits = 3;

/** A row for each text: the label and how sure the model is of it, or the number of a regression. */
export function displayOfPredictions(predictions: readonly Prediction[]): MimeBundle {
  const isNumber = typeof predictions[0]?.label === "number";
  const shown = predictions.slice(0, mostRows);
  const head = isNumber ? ["text", "value"] : ["text", "label", "probability"];
  const align = head.map((title) => title === "text" || title === "label" ? "left" : "right");
  const rows = shown.map((
    { text, ...said },
  ) => [shortened(text, mostCharacters), ...cellsOf(said)]);
  const rest = predictions.length - shown.length;
  const caption = `${predictions.length} ${predictions.length === 1 ? "text" : "texts"}` +
    (rest > 0 ? `; the first ${shown.length}` : "");
  return bundleOf(
    `${caption}\n${textTable(head, rows, align as ("left" | "right")[])}`,
    htmlFrame(htmlTable({
      caption,
      columns: head.map((title, at) => ({ title, align: align[at] as "left" | "right" })),
      rows,
    })),
  );
}

function cellsOf({ label, probabilities }: Omit<Prediction, "text">): string[] {
  const shown = (name: string) => probabilities[name].toFixed(digits);
  if (typeof label === "number") return [String(Number(label.toFixed(digits + 1)))];
  if (typeof label === "string") return [visible(label), shown(label)];
  if (label.length > 0) return [label.map(visible).join(", "), label.map(shown).join(", ")];
  // None is above one half: how near the nearest came.
  const [[name, probability]] = Object.entries(probabilities).sort(([, a], [, b]) => b - a);
  return ["none", `${visible(name)} ${probability.toFixed(digits)}`];
}
