/**
 * What a person should see of a table: its first rows, and a line on each column.
 *
 * @module
 */
import { bundleOf, type MimeBundle } from "../core/display.ts";
import { html, htmlFrame, type HtmlPart, htmlTable } from "../core/html.ts";
import { histogramImage, histogramText } from "../core/sparkline.ts";
import { shortened, textTable } from "../core/text_table.ts";
import { fileInCell, fileText } from "./cell_bytes.ts";
import { columnValues } from "./columns.ts";
import { type ColumnSummary, isMissing, summariseColumn } from "./column_summary.ts";
import type { Table } from "./table.ts";

/** Rows and columns that are shown. */
export const shownRows = 8;
export const shownColumns = 24;
const shownCharacters = 120;
/** More rows than this are summarised by the first ones, and the display says so. */
const summarisedRows = 100_000;

/**
 * The first rows of a table, and for each column its type, how many values are missing, how many
 * differ, and a small histogram: of the numbers, of the texts' lengths, or of the commonest values.
 * A table of up to eight rows speaks for itself: nothing is said of its columns.
 *
 * @example
 * ```ts
 * import { displayOfTable, tableFromColumns } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const stars = [5, 4, null, 1, 5, 3, 2, 5, 4];
 * const table = tableFromColumns({ text: stars.map((each) => `${each} stars`), stars });
 * const shown = displayOfTable(table);
 * assert.match(shown["text/plain"], /9 rows × 2 columns/);
 * assert.match(shown["text/plain"], /stars +integer +1 missing/);
 * ```
 */
export function displayOfTable(table: Table): MimeBundle {
  return bundleOfTable(table);
}

/** `displayOfTable`, on whose page `cellOnPage` says what stands for a cell; undefined is its text. */
export function bundleOfTable(
  table: Table,
  cellOnPage: (column: string, row: number) => HtmlPart | undefined = () => undefined,
): MimeBundle {
  const rows = table.numRows();
  const names = table.columnNames().slice(0, shownColumns);
  const hidden = table.numCols() - names.length;
  const size = `${counted(rows, "row")} × ${counted(table.numCols(), "column")}` +
    (hidden > 0 ? `, the first ${shownColumns} of which are shown` : "");
  const sampled = Math.min(rows, summarisedRows);
  const scope = sampled < rows ? ` (of the first ${sampled.toLocaleString("en")} rows)` : "";
  const part = sampled < rows ? table.slice(0, sampled) : table;
  const head = Math.min(rows, shownRows);
  const values = names.map((name) => columnValues(part, name));
  const summaries = names.map((name, at) => summariseColumn(name, values[at]));
  const firstRows = Array.from({ length: head }, (_, row) => [
    String(row + 1),
    ...values.map((column) => shortened(valueText(column[row]), shownCharacters)),
  ]);
  const align = summaries.map(({ type }) => isNumber(type) ? "right" as const : "left" as const);
  const rowsOnPage = firstRows.map(([number, ...texts], row) => [
    number,
    ...texts.map((text, at) => cellOnPage(names[at], row) ?? text),
  ]);
  const rowTable = htmlTable({
    caption: head < rows ? `${size}; the first ${counted(head, "row")}` : size,
    columns: [
      { title: "row", align: "right" },
      ...names.map((title, at) => ({ title, align: align[at] })),
    ],
    rows: rowsOnPage,
  });
  const rowText = [size, "", textTable(["", ...names], firstRows, ["right", ...align])];
  if (head === rows) return bundleOf(rowText.join("\n"), htmlFrame(rowTable));

  const columnLines = summaries.map((each) => [
    each.name,
    each.type,
    each.missing > 0 ? `${each.missing} missing` : "",
    `${each.distinct} different`,
    each.counts.length > 1 ? histogramText(each.counts) : "",
    each.words,
  ]);
  const text = [
    ...rowText,
    "",
    textTable([`columns${scope}`, "type", "missing", "different", "", "values"], columnLines),
  ].join("\n");
  return bundleOf(
    text,
    htmlFrame(
      rowTable,
      htmlTable({
        caption: `columns${scope}`,
        columns: ["column", "type", "missing", "different", "histogram", "values"].map((
          title,
          at,
        ) => ({ title, align: at === 2 || at === 3 ? "right" as const : "left" as const })),
        rows: summaries.map((each) => [
          each.name,
          each.type,
          each.missing,
          each.distinct,
          each.counts.length > 1
            ? histogramImage(each.counts, `Histogram of ${each.name}: ${each.counts.join(", ")}`)
            : html``,
          each.words,
        ]),
      }),
    ),
  );
}

function isNumber(type: ColumnSummary["type"]): boolean {
  return type === "integer" || type === "number";
}

function valueText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number" && !Number.isInteger(value)) return String(+value.toPrecision(6));
  if (value instanceof Date) return isMissing(value) ? "" : value.toISOString();
  const file = fileInCell(value);
  if (file) return fileText(file);
  if (ArrayBuffer.isView(value)) return JSON.stringify(Array.from(value as Uint8Array));
  if (typeof value !== "object") return String(value);
  try {
    const json = (each: unknown) =>
      JSON.stringify(each, (_, part) => typeof part === "bigint" ? String(part) : part) ?? "null";
    // Lists have spaces, where a line may break.
    return Array.isArray(value) ? `[${value.map(json).join(", ")}]` : json(value);
  } catch {
    return "an object that refers to itself";
  }
}

function counted(count: number, noun: string): string {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}
