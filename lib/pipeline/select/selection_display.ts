/**
 * A leaderboard in words, in a notebook and as a page.
 *
 * @module
 */
import type { Drawing } from "../../chart/drawing.ts";
import { bundleOf, type MimeBundle } from "../../core/display.ts";
import { html, htmlFrame, htmlTable, svgImage } from "../../core/html.ts";
import { textTable } from "../../core/text_table.ts";
import { visibleLines } from "../../core/visible.ts";
import { formatNumber } from "../display/format_number.ts";
import { timeText } from "../display/training_view.ts";
import { intervalText } from "../run/run_result.ts";
import type { RankedCandidate } from "./leaderboard.ts";
import type { SelectionFigures } from "./selection.ts";

const unknown = "–";
/** What stands at the candidates of the Pareto front. */
const frontMark = "●";
const [bytesPerMegabyte, leastPValue] = [1e6, 1e-4];

/** The leaderboard in plain text. */
export function selectionText(shown: SelectionFigures, title: string): string {
  const columns = columnsOf(title);
  return visibleLines([
    captionOf(shown),
    textTable(
      columns,
      shown.rows.map((row) => cellsOf(row, shown)),
      columns.map((_, at) => at === 0 ? "left" : "right"),
    ),
    ...conclusions(shown, title),
    ...shown.notes,
  ].join("\n"));
}

/** The leaderboard for a notebook, and as a page that stands by itself. */
export async function selectionBundle(
  shown: SelectionFigures,
  title: string,
  chart: Drawing,
): Promise<{ readonly mime: MimeBundle; readonly page: string }> {
  const table = htmlTable({
    caption: captionOf(shown),
    columns: columnsOf(title).map((name, at) => ({
      title: name,
      align: at === 0 ? "left" : "right",
    })),
    rows: shown.rows.map((row) => cellsOf(row, shown)),
  });
  const line = (text: string, opacity: number) =>
    html`<p style="margin:.2em 0;opacity:${opacity}">${text}</p>`;
  const frame = htmlFrame(
    html`<div style="overflow-x:auto">${table}</div>`,
    conclusions(shown, title).map((each) => line(each, 1)),
    svgImage(await chart.svg(), chart.description),
    shown.notes.map((note) => line(note, 0.85)),
  );
  const page = html`
    <!DOCTYPE html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>${title} of ${shown.rows.length} candidates</title>
        <style>
            :root{color-scheme:light dark} body{font-family:system-ui,sans-serif;margin:1em}
            </style>
      </head>
      <body>${frame}</body>
    </html>
  `;
  return { mime: bundleOf(selectionText(shown, title), frame), page: page.markup };
}

function captionOf({ rows, best, poolRows }: SelectionFigures): string {
  return `${rows.length} candidate${
    rows.length === 1 ? "" : "s"
  } over ${best.folds.length} folds of ` +
    `${poolRows.toLocaleString("en")} training rows`;
}

function columnsOf(title: string): string[] {
  return [
    ...["candidate", title, "95 % interval", "p", "trained", "MB", "ms"],
    ...["peak MB", "time", "front"],
  ];
}

function cellsOf(row: RankedCandidate, { chosen }: SelectionFigures): string[] {
  const { score, againstBest, trainedParameters, bytes, milliseconds, peakBytes, seconds } = row;
  const megabytes = (count: number | undefined, digits: number) =>
    count === undefined ? unknown : (count / bytesPerMegabyte).toFixed(digits);
  return [
    row.name === chosen.name ? `${row.name} (chosen)` : row.name,
    score ? formatNumber(score.mean) : row.failure ? "failed" : unknown,
    score ? intervalText(score) : unknown,
    againstBest ? pValueText(againstBest.adjusted) : unknown,
    trainedParameters?.toLocaleString("en") ?? unknown,
    megabytes(bytes, 1),
    milliseconds?.toFixed(1) ?? unknown,
    megabytes(peakBytes, 0),
    seconds === undefined ? unknown : timeText(seconds),
    row.isOnFront ? frontMark : "",
  ];
}

function pValueText(pValue: number): string {
  return pValue < leastPValue ? `< ${leastPValue}` : formatNumber(pValue);
}

/** What follows from the table. */
function conclusions(
  { chosen, best, rule, test, nested, rows }: SelectionFigures,
  title: string,
): string[] {
  const why = rule === "best"
    ? "the best mean"
    : chosen.name === best.name
    ? "no cheaper one is within a standard error of the best"
    : `the cheapest within a standard error of ${best.name}`;
  return [
    ...rows.length === 1 ? [] : [`chosen: ${chosen.name}, ${why}`],
    ...test
      ? [
        `on ${test.rows.toLocaleString("en")} test rows that nothing was chosen by: ${title} ` +
        formatNumber(test.score) +
        (test.interval ? ` (${intervalText(test.interval)} on other rows, 95 %)` : ""),
      ]
      : [],
    ...nested
      ? [
        `the whole selection, over ${nested.folds.length} outer folds: ${title} ` +
        `${formatNumber(nested.score.mean)} (${intervalText(nested.score)}, 95 %); it chose ` +
        chosenCounts(nested.folds.map((fold) => fold.chosen)),
      ]
      : [],
  ];
}

/** `lora 4 times, head once`. */
function chosenCounts(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => `${name} ${count === 1 ? "once" : `${count} times`}`)
    .join(", ");
}
