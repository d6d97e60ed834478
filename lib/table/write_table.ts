/**
 * Writes a table into a file, whole or not at all.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { type Rules, text } from "../core/option_rules.ts";
import { toArrowIPC, toCSV } from "arquero";
import { writeFileAtomic } from "../core/atomic.ts";
import { TunebookError } from "../core/errors.ts";
import { isMissing } from "./column_summary.ts";
import { columnValues, requireTable } from "./columns.ts";
import { formatOf, type TableFormat, unknownFormat } from "./read_table.ts";
import { type Table, tableFromColumns } from "./table.ts";

/** How to write a table. */
export interface WriteTableOptions {
  /** The format; by default from the path's ending. Parquet and CoNLL are read but not written. */
  format?: Exclude<TableFormat, "parquet" | "conll">;
}

const writers: Record<string, (table: Table) => string | Uint8Array> = {
  csv: (table) => ended(toCSV(table)),
  tsv: (table) => ended(toCSV(table, { delimiter: "\t" })),
  json: (table) => `[${joinedRows(table, ",\n ")}]\n`,
  jsonl: (table) => ended(joinedRows(table, "\n")),
  arrow: (table) => toArrowIPC(table, { format: "file" }),
};

const rules: Rules<WriteTableOptions> = { format: text };

/**
 * Writes a table as CSV, TSV, JSON (an array of rows), JSON Lines or Arrow. Missing folders are
 * made. CSV holds no types: a text column of digits is numeric when it is read again. JSON has no
 * NaN: it becomes null, as does a date that is none in every format. Throws a `TunebookError` of kind "input" for a format
 * that cannot be written and for integers beyond 2^53 in JSON, and of kind "output" for a place that cannot.
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
    const formats = Object.keys(writers).join(", ");
    throw new TunebookError("input", `cannot write "${format}": choose one of ${formats}`);
  }
  await writeFileAtomic(path, writers[format](withoutWrongDates(table)));
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

function joinedRows(table: Table, separator: string): string {
  return table.objects().map((row) => JSON.stringify(row, jsonNumber)).join(separator);
}

/** JSON has no integers of 64 bits: who reads a large one gets its neighbour. */
function jsonNumber(name: string, value: unknown): unknown {
  if (typeof value !== "bigint") return value;
  if (Number.isSafeInteger(Number(value))) return Number(value);
  throw new TunebookError(
    "input",
    `JSON cannot hold the integer ${value} of "${name}" exactly; write CSV or Arrow, or make it a text`,
  );
}

function ended(text: string): string {
  return text === "" || text.endsWith("\n") ? text : text + "\n";
}
