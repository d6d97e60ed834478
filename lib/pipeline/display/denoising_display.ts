/**
 * How wrong a denoiser is about images with little and with much noise.
 *
 * @module
 */
import { bundleOf, type MimeBundle } from "../../core/display.ts";
import { htmlFrame, htmlTable, shareBar } from "../../core/html.ts";
import { textTable } from "../../core/text_table.ts";
import type { DenoisingPredictions } from "../../nn/denoising_predictions.ts";
import { formatNumber } from "./format_number.ts";

/** So many groups of rows, each as large as the others. */
const mostGroups = 10;

/** Rows whose images have noise of steps that follow each other. */
export interface StepGroup {
  readonly least: number;
  readonly most: number;
  readonly rows: number;
  /** The mean error of the rows. */
  readonly error: number;
}

/** Rows by how much noise their images have, from the least: at most ten groups of as many rows. */
export function stepGroups({ errors, steps }: DenoisingPredictions): StepGroup[] {
  const order = steps.map((_, row) => row).sort((a, b) => steps[a] - steps[b] || a - b);
  const groups = Math.min(mostGroups, order.length);
  return Array.from({ length: groups }, (_, group) => {
    const own = order.slice(
      Math.round(group * order.length / groups),
      Math.round((group + 1) * order.length / groups),
    );
    return {
      least: steps[own[0]],
      most: steps[own[own.length - 1]],
      rows: own.length,
      error: own.reduce((sum, row) => sum + errors[row], 0) / own.length,
    };
  });
}

/** The errors by the steps of noise, low to high. */
export function denoisingDisplay(predictions: DenoisingPredictions): MimeBundle {
  const groups = stepGroups(predictions);
  const largest = Math.max(...groups.map(({ error }) => error));
  const caption = `${predictions.rows.toLocaleString("en")} held-out ` +
    `${predictions.rows === 1 ? "row" : "rows"}; the mean error by how much noise an image has, ` +
    "from little to much";
  const head = ["steps of noise", "rows", "error"];
  const cells = groups.map(({ least, most, rows, error }) => [
    least === most ? String(least) : `${least} to ${most}`,
    String(rows),
    formatNumber(error),
  ]);
  return bundleOf(
    `${caption}\n${textTable(head, cells, ["left", "right", "right"])}`,
    htmlFrame(htmlTable({
      caption,
      columns: [{ title: head[0] }, { title: head[1], align: "right" }, { title: head[2] }],
      rows: groups.map(({ error }, at) => [
        cells[at][0],
        cells[at][1],
        shareBar(largest > 0 ? error / largest : 0, cells[at][2]),
      ]),
    })),
  );
}
