/**
 * What a model said about the held-out rows, as a table of their texts.
 *
 * @module
 */
import { bundleOf, type MimeBundle, withDisplay } from "../../core/display.ts";
import { htmlFrame, htmlTable } from "../../core/html.ts";
import { shortened, textTable } from "../../core/text_table.ts";
import type { AnyPredictions } from "../../nn/predictions.ts";
import type { TextPredictions } from "../../nn/text_predictions.ts";
import { pickRows, sourceRows } from "../../table/source_rows.ts";
import type { Table } from "../../table/table.ts";
import type { AnyTask } from "../plan_spec.ts";
import { denoisingDisplay } from "./denoising_display.ts";
import { type PredictionsTable, predictionsTable } from "./predictions_table.ts";

/** Enough to see what kind of rows go wrong; the predictions themselves hold all of them. */
const shownRows = 12;
const shownCharacters = 120;
/** A terminal has less room than a notebook. */
const [textRows, textCharacters] = [6, 60];

/** Adds a display to predictions: the rows with their texts, mistakes first. */
export function shownPredictions<Predicted extends AnyPredictions>(
  predictions: Predicted,
  rows: { readonly table: Table; readonly task: AnyTask },
): Predicted {
  if (predictions.kind === "denoising") {
    return withDisplay(predictions, (own) => denoisingDisplay(own as never));
  }
  const shown = predictionsTable(predictions);
  // Pairs of classes, for one, are not the rows of the table.
  if (!shown || predictions.rows !== rows.table.numRows()) return predictions;
  return withDisplay(predictions, () => displayOf(shown, rows));
}

/** Shows predictions by what the model wrote for the same held-out rows, the worst first. */
export function shownAs<Predicted extends AnyPredictions>(
  predictions: Predicted,
  written: { readonly predictions: TextPredictions; readonly rows: readonly number[] },
  { table, task }: { readonly table: Table; readonly task: AnyTask },
): Predicted {
  const shown = predictionsTable(written.predictions)!;
  const asked = pickRows(table, written.rows);
  return withDisplay(predictions, () => displayOf(shown, { table: asked, task }));
}

function displayOf(
  { columns, numeric, order, wrong, sorting, cells }: PredictionsTable,
  { table, task }: { readonly table: Table; readonly task: AnyTask },
): MimeBundle {
  const { shownNumberOf, where } = sourceRows(table, "the test data");
  const total = order.length;
  const rowsOf = (most: number, characters: number) =>
    order.slice(0, most).map((row) => [
      shownNumberOf(row),
      shortened(task.preview(pickRows(table, [row]), 0).text, characters),
      ...cells(row).map((cell) => shortened(cell, characters)),
    ]);
  const align = ["right", "left", ...numeric.map((is) => is ? "right" : "left")] as (
    | "left"
    | "right"
  )[];
  const head = ["row", "text", ...columns];
  const captionOf = (most: number) =>
    `${total.toLocaleString("en")} held-out ${total === 1 ? "row" : "rows"} of ` +
    where + (wrong === undefined ? "" : `, ${wrong.toLocaleString("en")} wrong`) +
    (total > 1 ? `; ${sorting}` : "") +
    (total > most ? `; the first ${most}` : "");
  return bundleOf(
    `${captionOf(textRows)}\n${textTable(head, rowsOf(textRows, textCharacters), align)}`,
    htmlFrame(htmlTable({
      caption: captionOf(shownRows),
      columns: head.map((title, at) => ({ title, align: align[at] })),
      rows: rowsOf(shownRows, shownCharacters),
    })),
  );
}
