/**
 * What a model says about inputs with labels, as a notebook and a terminal show it.
 *
 * @module
 */
import { bundleOf, type MimeBundle } from "../../core/display.ts";
import { htmlFrame, type HtmlPart, htmlTable } from "../../core/html.ts";
import { textTable } from "../../core/text_table.ts";
import { visible } from "../../core/visible.ts";
import type { SaidLabel } from "./labelled_rows.ts";

/** So many predictions are shown; the others are counted. */
const mostRows = 20;
/** Digits behind the point: enough to tell two answers apart. */
const digits = 3;

/** What was labelled. */
export interface LabelledInputs {
  /** `text`, `image`. */
  readonly noun: string;
  /** An input on a terminal. */
  text(at: number): string;
  /** An input in a notebook; its text unless given. */
  html?(at: number): HtmlPart;
}

/** A row for each input: the label and how sure the model is of it, or the number of a regression. */
export function labelDisplay(
  predictions: readonly SaidLabel[],
  { noun, text, html = text }: LabelledInputs,
): MimeBundle {
  const isNumber = typeof predictions[0]?.label === "number";
  const shown = predictions.slice(0, mostRows);
  const head = isNumber ? [noun, "value"] : [noun, "label", "probability"];
  const align = head.map((title) => title === noun || title === "label" ? "left" : "right");
  const rows = <Cell>(first: (at: number) => Cell) =>
    shown.map((said, at) => [first(at), ...cellsOf(said)]);
  const rest = predictions.length - shown.length;
  const caption = `${predictions.length} ${predictions.length === 1 ? noun : `${noun}s`}` +
    (rest > 0 ? `; the first ${shown.length}` : "");
  return bundleOf(
    `${caption}\n${textTable(head, rows(text), align as ("left" | "right")[])}`,
    htmlFrame(htmlTable({
      caption,
      columns: head.map((title, at) => ({ title, align: align[at] as "left" | "right" })),
      rows: rows(html),
    })),
  );
}

function cellsOf({ label, probabilities }: SaidLabel): string[] {
  const shown = (name: string) => probabilities[name].toFixed(digits);
  if (typeof label === "number") return [String(Number(label.toFixed(digits + 1)))];
  if (typeof label === "string") return [visible(label), shown(label)];
  if (label.length > 0) return [label.map(visible).join(", "), label.map(shown).join(", ")];
  // None is above one half: how near the nearest came.
  const [[name, probability]] = Object.entries(probabilities).sort(([, a], [, b]) => b - a);
  return ["none", `${visible(name)} ${probability.toFixed(digits)}`];
}
