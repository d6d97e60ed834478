/**
 * Slices as a table.
 *
 * @module
 */
import { percent } from "../../../core/percent.ts";
import { bundleOf, customInspect, withDisplay } from "../../../core/display.ts";
import { htmlFrame, htmlTable } from "../../../core/html.ts";
import { textTable } from "../../../core/text_table.ts";
import { visibleLines } from "../../../core/visible.ts";
import type { SliceReport, SliceScore } from "./slice_report.ts";

const columns = ["slice", "rows", "right", "95 %", "elsewhere", "p", "p, corrected"];
const align = ["left", "right", "right", "right", "right", "right", "right"] as const;
const corrections = { holm: "Holm", benjaminiHochberg: "Benjamini and Hochberg" };
/** Below this a p-value has a power of ten. */
const smallest = 0.001;

/** A report that shows itself. */
export function shownSlices(found: Omit<SliceReport, "toString">): SliceReport {
  const rows = found.slices.map(rowOf);
  const caption = captionOf(found);
  const text = visibleLines([caption, textTable(columns, rows, align)].join("\n"));
  const whole = { ...found, toString: () => text };
  const table = () =>
    htmlTable({
      caption,
      columns: columns.map((title, at) => ({ title, align: align[at] })),
      rows,
    });
  const shown = withDisplay(whole, () => bundleOf(text, htmlFrame(table())));
  return Object.defineProperty(shown, customInspect, { value: () => text });
}

function captionOf({ rows, accuracy, tested, correction }: Omit<SliceReport, "toString">): string {
  return `${percent(accuracy)} of ${rows} rows are right; ${tested} ${
    tested === 1 ? "slice" : "slices"
  } looked at, ` +
    `p-values corrected by ${corrections[correction]}`;
}

function rowOf(
  { name, rows, accuracy, low, high, elsewhere, pValue, corrected }: SliceScore,
): string[] {
  return [
    ...[name, String(rows), percent(accuracy), `${percent(low)} to ${percent(high)}`],
    ...[percent(elsewhere), chance(pValue), chance(corrected)],
  ];
}

function chance(p: number): string {
  return p < smallest ? p.toExponential(0) : p.toFixed(3);
}
