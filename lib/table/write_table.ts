/**
 * Writes a table into a file, whole or not at all.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { type Rules, text } from "../core/option_rules.ts";
import { toArrowIPC, toCSV } from "arquero";
import { writeFileAtomic } from "../core/atomic.ts";
import { messageOf, TunebookError } from "../core/errors.ts";
import { quoted } from "../core/quoted.ts";
import { checkCells } from "./check_cells.ts";
import { isMissing } from "./column_summary.ts";
import { columnValues, requireTable } from "./columns.ts";
import { formatOf, type TableFormat, unknownFormat } from "./read_table.ts";
import { type Table, tableFromColumns } from "./table.ts";

/** How to write a table. */
export interface WriteTableOptions {
  /** The format; by default from the path's ending. Parquet and CoNLL are read but not written. */
  format?: Exclude<TableFormat, "parquet" | "conll">;
}

/** Each gives the file in pieces: a text of all rows may be longer than a text can be. */
const writers: Record<string, (table: Table) => Iterable<string | Uint8Array>> = {
  csv: (table) => separated(table, ","),
  tsv: (table) => separated(table, "\t"),
  // A list of no rows would lose the names of the columns.
  json: (table) =>
    table.numRows() === 0
      ? [JSON.stringify(Object.fromEntries(table.columnNames().map((name) => [name, []]))) + "\n"]
      : jsonRows(table, ["[", ",\n ", "]\n"]),
  jsonl: (table) => jsonRows(table, ["", "\n", table.numRows() > 0 ? "\n" : ""]),
  arrow: (table) => [arrowBytes(table)],
};

/** The formats that are written. */
export const writableFormats: readonly string[] = Object.keys(writers);

const rules: Rules<WriteTableOptions> = { format: text };
/** Rows that are written at once. */
const pieceRows = 4096;

/**
 * Writes a table as CSV, TSV, JSON (an array of rows), JSON Lines or Arrow. Missing folders are
 * made. CSV holds no types: a text column of digits is numeric when it is read again, and lists and
 * objects are written as JSON. NaN becomes null in JSON and an empty cell in CSV, as does a date that is none in
 * every format. Throws a `TunebookError` of kind "input" for a format that cannot be written, for infinite numbers
 * in JSON and CSV, for integers beyond 2^53 in JSON, for columns of several types in Arrow and
 * for what is no value, such as a function or a `Map`, and of kind "output" for a place that cannot be written.
 *
 * @example
 * ```ts
 * import { readTable, tableFromColumns, writeTable } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const folder = await Deno.makeTempDir();
 * await writeTable(tableFromColumns({ text: ["a", "b"] }), `${folder}/out.jsonl`);
 * assert.deepEqual((await readTable(`${folder}/out.jsonl`)).array("text"), ["a", "b"]);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function writeTable(
  table: Table,
  path: string,
  options: WriteTableOptions = {},
): Promise<void> {
  requireTable(table, "what is written");
  checkOptions("writeTable", options, rules);
  const format = options.format ?? formatOf(path);
  if (format === undefined) throw unknownFormat(path);
  if (!Object.hasOwn(writers, format)) {
    throw new TunebookError(
      "input",
      `cannot write ${quoted(String(format))}: choose one of ${writableFormats.join(", ")}`,
    );
  }
  checkCells(table, { allowsLoneSurrogates: format === "json" || format === "jsonl" });
  await writeFileAtomic(path, bytesOf(writers[format](withoutWrongDates(table))));
}

/** A file of Arrow. The library guesses the type of each column, which must be one. */
function arrowBytes(table: Table): Uint8Array {
  const encode = (part: Table) => toArrowIPC(part, { format: "file" });
  try {
    return encode(table);
  } catch (error) {
    const fails = (name: string) => {
      try {
        encode(table.select(name));
        return false;
      } catch {
        return true;
      }
    };
    const names = table.columnNames().filter(fails).map(quoted).join(", ");
    throw new TunebookError(
      "input",
      `Arrow cannot hold ${names || "this table"}, where all values must be of one type ` +
        `(${messageOf(error).replace(/\.$/, "")}); write JSON Lines, or make them texts`,
      { cause: error },
    );
  }
}

/** The table with null for each date that is none: CSV would hold words, and Arrow has no such date. */
function withoutWrongDates(table: Table): Table {
  const isWrong = (value: unknown) => value instanceof Date && isMissing(value);
  const columns = table.columnNames().map((name) => [name, columnValues(table, name)] as const);
  return columns.some(([, values]) => values.some(isWrong))
    ? tableFromColumns(
      columns.map(([name, values]) =>
        [name, values.map((each) => isWrong(each) ? null : each)] as const
      ),
    )
    : table;
}

/**
 * CSV holds no types: NaN, null and undefined are empty cells, lists and objects their JSON. A single
 * column quotes its empty cells, since a blank line may be skipped by others.
 */
function* separated(table: Table, delimiter: string): Iterable<string> {
  const columns = table.columnNames().map((name) =>
    [name, columnValues(table, name).map((value) => separatedCell(name, value))] as const
  );
  const isSingle = columns.length === 1;
  // A text that occurs nowhere stands for empty cells until the others have been quoted.
  let mark = "empty";
  const occurs = () =>
    columns.some(([name, cells]) =>
      name.includes(mark) || cells.some((cell) => `${cell}`.includes(mark))
    );
  while (isSingle && occurs()) mark += "_";
  const marked = (cell: unknown) => isSingle && (cell ?? "") === "" ? mark : cell;
  for (let row = 0; row === 0 || row < table.numRows(); row += pieceRows) {
    const piece = columns.map(([name, cells]) =>
      [name, cells.slice(row, row + pieceRows).map(marked)] as const
    );
    const text = toCSV(tableFromColumns(piece), { delimiter, header: row === 0 });
    yield isSingle ? text.replaceAll(mark, '""') : text;
  }
}

function separatedCell(name: string, value: unknown): unknown {
  if (isMissing(value)) return null;
  if (typeof value === "number") checkFinite(name, value);
  if (typeof value !== "object" || value instanceof Date) return value;
  const list = ArrayBuffer.isView(value) ? Array.from(value as Uint8Array) : value;
  return JSON.stringify(list, (_, part) => jsonNumber(name, part));
}

function* jsonRows(
  table: Table,
  [before, between, after]: readonly [string, string, string],
): Iterable<string> {
  const columns = table.columnNames().map((name) => [name, columnValues(table, name)] as const);
  yield before;
  for (let start = 0; start < table.numRows(); start += pieceRows) {
    const length = Math.min(pieceRows, table.numRows() - start);
    const rows = Array.from({ length }, (_, at) =>
      JSON.stringify(
        Object.fromEntries(columns.map(([name, values]) => [name, values[start + at]])),
        jsonNumber,
      ));
    yield (start > 0 ? between : "") + rows.join(between);
  }
  yield after;
}

/** JSON has no integers of 64 bits, of which a reader gets a neighbour, and no infinite numbers. */
function jsonNumber(name: string, value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return Array.from(value as Uint8Array);
  if (typeof value === "number") checkFinite(name, value);
  if (typeof value !== "bigint") return value;
  if (Number.isSafeInteger(Number(value))) return Number(value);
  throw new TunebookError(
    "input",
    `JSON cannot hold the integer ${value} of ${
      quoted(name)
    } exactly; write CSV or Arrow, or make it a text`,
  );
}

/** Numbers that are missing, NaN, may be written as such; infinite ones are none to those who read them. */
function checkFinite(name: string, value: number): void {
  if (Number.isFinite(value) || Number.isNaN(value)) return;
  throw new TunebookError(
    "input",
    `neither JSON nor CSV can hold the ${value} of ${quoted(name)}; write Arrow, or make it a text`,
  );
}

async function* bytesOf(pieces: Iterable<string | Uint8Array>): AsyncIterable<Uint8Array> {
  const encoder = new TextEncoder();
  for (const piece of pieces) yield typeof piece === "string" ? encoder.encode(piece) : piece;
}
