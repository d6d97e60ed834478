/**
 * Reads a table from a file or a URL in any supported format.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import {
  abortSignal,
  oneOf,
  positive,
  type Rule,
  type Rules,
  texts,
} from "../core/option_rules.ts";
import { extname } from "node:path";
import { mistakes, TunebookError } from "../core/errors.ts";
import { quoted } from "../core/quoted.ts";
import { shownValue } from "../core/shown_value.ts";
import { refuseQueuedCell } from "../core/queued_cell.ts";
import { requireColumns, requireFileColumns } from "./columns.ts";
import { parseConll } from "./conll.ts";
import { rememberFile } from "./column_folder.ts";
import { rememberOrigin } from "./origin.ts";
import { rememberedIds, rememberIds } from "./source_rows.ts";
import { readSeparated } from "./csv.ts";
import { decodeText } from "./decode_text.ts";
import { readJson, readJsonLines } from "./json.ts";
import { readSource } from "../core/read_source.ts";
import type { Table } from "./table.ts";

/** A way to write a table into a file. */
export type TableFormat = "csv" | "tsv" | "json" | "jsonl" | "parquet" | "arrow" | "conll";

/** What a file's name and content may not tell. */
export interface ReadSettings {
  /** The format; by default from the name's ending, or else from what the server says. */
  format?: TableFormat;
  /**
   * What cells are quoted with, one character, or `false` where quotes are text (csv, tsv). By default
   * `"`, or none where tab-separated lines only make sense so.
   */
  quote?: string | false;
  /** What stands between cells, one character (csv, tsv); by default a comma or a tab. */
  separator?: string;
  /**
   * What the columns are called where the first line is a row already (csv, tsv): their names in order, or `false`
   * for `column1`, `column2` … By default the first line names them.
   */
  header?: false | readonly string[];
}

/** How to read a table. */
export interface ReadTableOptions extends ReadSettings {
  /** The columns to keep, in this order; by default all. */
  columns?: readonly string[];
  /** Columns to keep behind `columns` where the table has them. */
  optionalColumns?: readonly string[];
  /** Columns to leave out; `""` are those without a name, if any, such as the index that pandas writes. */
  omit?: readonly string[];
  /** How long to wait for the next byte of a download, in seconds; 30 by default. */
  timeoutSeconds?: number;
  /** Stops a download with an error of kind "interrupted". */
  signal?: AbortSignal | undefined;
}

interface Format {
  endings: readonly string[];
  contentTypes: readonly string[];
  read(bytes: Uint8Array, source: string, options: ReadTableOptions): Table | Promise<Table>;
}

const formats: Record<TableFormat, Format> = {
  csv: {
    endings: [".csv"],
    contentTypes: ["text/csv"],
    read: (bytes, source, options) =>
      readSeparated(bytes, source, { ...options, separator: options.separator ?? "," }),
  },
  tsv: {
    endings: [".tsv", ".tab"],
    contentTypes: ["text/tab-separated-values"],
    read: (bytes, source, options) =>
      readSeparated(bytes, source, { ...options, separator: options.separator ?? "\t" }),
  },
  json: { endings: [".json"], contentTypes: ["application/json"], read: readJson },
  jsonl: {
    endings: [".jsonl", ".ndjson"],
    contentTypes: ["application/jsonl", "application/x-ndjson"],
    read: readJsonLines,
  },
  parquet: {
    endings: [".parquet"],
    contentTypes: ["application/vnd.apache.parquet"],
    // Its modules take longer to load than a small table to read.
    read: async (bytes, source) => (await import("./parquet.ts")).readParquet(bytes, source),
  },
  arrow: {
    endings: [".arrow", ".feather", ".arrows", ".ipc"],
    contentTypes: ["application/vnd.apache.arrow.file", "application/vnd.apache.arrow.stream"],
    read: async (bytes, source) => (await import("./arrow.ts")).readArrow(bytes, source),
  },
  conll: {
    endings: [".conll", ".conllu", ".iob", ".bio"],
    contentTypes: [],
    read: (bytes, source) => parseConll(decodeText(bytes, source), { where: source }),
  },
};

const defaultTimeoutSeconds = 30;
const names = Object.keys(formats) as TableFormat[];
/** The names of all formats. */
export const tableFormats: readonly TableFormat[] = names;
/** The index that pandas writes has an empty name. */
const anyNames: Rule = [
  "a list of texts",
  (value) => Array.isArray(value) && value.every((each) => typeof each === "string"),
];
const character: Rule = [
  "one ASCII character",
  (value) => typeof value === "string" && /^[\t -~]$/.test(value),
];
const quoteRule: Rule = [
  "one ASCII character, or false where quotes are text",
  (value) => value === false || character[1](value),
];
/** What the settings must be. */
export const readRules: Rules<ReadSettings> = {
  format: oneOf(names),
  quote: quoteRule,
  separator: character,
  header: [
    "a list of texts, or false where the first line is a row",
    (value) => value === false || texts[1](value),
  ],
};
const rules: Rules<ReadTableOptions> = {
  ...readRules,
  columns: texts,
  optionalColumns: texts,
  omit: anyNames,
  timeoutSeconds: positive,
  signal: abortSignal,
};

/**
 * Reads a table from a path, a `file:` URL or an http(s) URL: CSV, TSV, JSON (rows or columns),
 * JSON Lines, Parquet, Arrow, CoNLL columns (`readConll` chooses which), SQuAD's JSON, which gives a
 * row for each question, or Label Studio's, which gives one for each annotation. A file with a header and no
 * rows is a table without rows.
 *
 * Throws a `TunebookError`: kind "data" for a file that is missing or malformed, naming the file and
 * the line or row; "download" when a server fails; "input" for an unknown format.
 *
 * @example
 * ```ts
 * import { readTable } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const path = await Deno.makeTempFile({ suffix: ".csv" });
 * await Deno.writeTextFile(path, 'text,stars\n"Good, really",5\nBad,1\n');
 * const table = await readTable(path);
 * assert.deepEqual(table.array("stars"), [5, 1]);
 * await Deno.remove(path);
 * ```
 */
export async function readTable(source: string, options: ReadTableOptions = {}): Promise<Table> {
  if (typeof source !== "string" || source === "") {
    throw new TunebookError(
      "input",
      `readTable takes a path or an address, readTable("reviews.csv"), but got ${
        shownValue(source)
      }`,
    );
  }
  refuseQueuedCell();
  checkOptions("readTable", options, rules);
  const { timeoutSeconds = defaultTimeoutSeconds, signal } = options;
  let format = options.format ?? formatOf(source);
  const { bytes, contentType } = await readSource(source, { timeoutSeconds, signal });
  format ??= names.find((name) => formats[name].contentTypes.includes(contentType ?? ""));
  if (format === undefined) throw unknownFormat(source);
  checkCells(format, options);
  checkColumns(options);
  const table = rememberFile(await formats[format].read(bytes, source, options), source);
  const { columns, optionalColumns = [], omit } = options;
  if (columns) {
    requireFileColumns(table, columns, { source, mayLackHeader: mayLackHeader(format, options) });
    const names = table.columnNames();
    const others = optionalColumns.filter((name) => names.includes(name));
    return rememberIds(table.select(...columns, ...others), rememberedIds(table));
  }
  if (!omit && Object.keys(cellOptions(options)).length === 0) {
    return options.format ? table : rememberOrigin(table, source);
  }
  // Separated values have left theirs out before their columns had to have names.
  if (!isSeparated(format)) requireColumns(table, omit?.filter(Boolean) ?? [], source);
  const kept = table.columnNames().filter((name) => !omit?.includes(name));
  if (kept.length === 0) {
    throw new TunebookError("input", `omit leaves none of the columns of ${source}`);
  }
  return rememberIds(table.select(...kept), rememberedIds(table));
}

/** Whether the first line was taken for names, and might be a row. */
function mayLackHeader(format: TableFormat, { header }: ReadTableOptions): boolean {
  return isSeparated(format) && header === undefined;
}

/** Whether a format has separated values, whose first line names the columns. */
export function isSeparated(format: TableFormat | undefined): boolean {
  return format === "csv" || format === "tsv";
}

/** What was said of cells. */
function cellOptions(
  { quote, separator, header }: ReadTableOptions,
): Readonly<Record<string, unknown>> {
  return {
    ...(quote === undefined ? {} : { quote }),
    ...(separator === undefined ? {} : { separator }),
    ...(header === undefined ? {} : { header }),
  };
}

/** Refuses quotes and separators of other formats, and those that are the same. */
function checkCells(format: TableFormat, options: ReadTableOptions): void {
  const given = Object.entries(cellOptions(options));
  const wrong = isSeparated(format)
    ? []
    : given.map(([name]) => `${name} belongs to csv and tsv, and this is ${format}`);
  if (options.quote !== undefined && options.quote === options.separator) {
    wrong.push("quote and separator must differ");
  }
  if (wrong.length > 0) throw mistakes("input", "these options of readTable make no sense:", wrong);
}

/** Refuses names of columns that contradict each other. */
function checkColumns({ columns, optionalColumns = [], omit }: ReadTableOptions): void {
  const wrong: string[] = [];
  if (columns === undefined) {
    if (optionalColumns.length > 0) wrong.push("optionalColumns stand beside columns");
    else return;
  }
  const all = [...columns ?? [], ...optionalColumns];
  wrong.push(
    ...all.filter((name, at) => all.indexOf(name) < at)
      .map((name) => `columns names ${quoted(name)} twice`),
  );
  if (columns?.length === 0) wrong.push("columns is empty; leave it out for all columns");
  if (omit !== undefined) wrong.push("columns and omit are given; one of them is enough");
  if (wrong.length > 0) throw mistakes("input", "these options of readTable make no sense:", wrong);
}

/** The format that a path or URL shows by its ending, if any. */
export function formatOf(source: string): TableFormat | undefined {
  const path = /^(https?|file):/i.test(source) && URL.canParse(source)
    ? new URL(source).pathname
    : source;
  const ending = extname(path).toLowerCase();
  return names.find((name) => formats[name].endings.includes(ending));
}

/** The error for a name whose ending says nothing; lists the endings that do. */
export function unknownFormat(source: string): TunebookError {
  const endings = names.flatMap((name) => formats[name].endings).join(" ");
  return new TunebookError(
    "input",
    `cannot tell the format of ${source} from its name (${endings}); give the option format`,
  );
}
