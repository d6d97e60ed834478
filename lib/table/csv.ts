/**
 * Reads comma- and tab-separated text strictly: a broken quote or a row with too few or too many
 * cells is an error that names its line, never a guess.
 *
 * @module
 */
import { CsvError } from "csv-parse/sync";
import { mistakes, TunebookError } from "../core/errors.ts";
import { quoted } from "../core/quoted.ts";
import { requireNames } from "./columns.ts";
import { checkText } from "./decode_text.ts";
import { headerAdvice, looksLikeRow, numberedColumns } from "./header_hints.ts";
import { inferColumn } from "./infer_column.ts";
import { firstLineHint, isSeparatorLine, lengthMistake } from "./length_hints.ts";
import { howToSay, oneSeparator, separatorHint } from "./separator_hints.ts";
import { plainRows, type SeparatedRecords, separatedRecords } from "./separated_records.ts";
import { nameMistakes, type Table, tableFromColumns } from "./table.ts";

const quoteByte = 0x22;
/** As much of a file as its first cells need. */
const shownBytes = 200;
/** Characters of a cell that an error shows. */
const mostShown = 40;

/** How to read separated values. */
export interface SeparatedOptions {
  /** What stands between cells: one character. */
  readonly separator: string;
  /** What cells may be quoted with: one character, `false` where quotes are text; found out unless given. */
  readonly quote?: string | false;
  /** The columns' names where the first line is a row, or `false` for numbered ones. */
  readonly header?: false | readonly string[];
  /** Columns that are left out; "" is one without a name. */
  readonly omit?: readonly string[];
  /** The only columns that are kept. */
  readonly columns?: readonly string[];
  /** Columns that are kept beside `columns` where they are there. */
  readonly optionalColumns?: readonly string[];
}

/**
 * Reads separated values whose first line names the columns unless `header` does (RFC 4180). Lines may end in `\n`, `\r\n` or
 * `\r`, also by turns. Blank lines are skipped; where there is only one column they are empty cells.
 *
 * A column is numeric only if every cell that is not empty is a plain decimal number, and boolean
 * only if every such cell is `true` or `false`; an empty cell is null there. All other columns are
 * text, where an empty cell is an empty text. Numbers with a leading zero or plus sign (`007`,
 * `+49`), integers beyond 2^53, and `1E2` in a column without fractions are identifiers and keep their
 * column text.
 *
 * Quotes are text in tab-separated values where cutting at line ends and tabs alone gives every line
 * as many cells as the header has, and reading them as quotes would lose rows or fail. With commas that is
 * an error which asks for `quote`, since commas and line ends within quotes are usual there.
 */
export function readSeparated(
  bytes: Uint8Array,
  source: string,
  { separator, quote, header: told, omit = [], columns, optionalColumns = [] }: SeparatedOptions,
): Table {
  checkText(bytes, source);
  if (isSeparatorLine(bytes)) {
    throw new TunebookError(
      "data",
      `${source} begins with the line of a spreadsheet that tells the separator (sep=…), where the names of ` +
        "the columns must be; remove that line",
    );
  }
  const { records, lineOf } = quote === undefined
    ? recordsByThemselves(bytes, source, separator, told === undefined ? 1 : 0)
    : separatedRecords(bytes, source, { separator, quote: quote === false ? null : quote });
  if (records.length === 0) {
    const must = told === undefined ? "; its first line must name the columns" : "";
    throw new TunebookError("data", `${source} is empty${must}`);
  }
  const header = headerOf(records[0], source, told);
  requireNames(header, omit.filter(Boolean), source);
  // Columns that are not there are told by the caller, beside those that are.
  const only = columns?.every((name) => header.includes(name))
    ? [...columns, ...optionalColumns]
    : header;
  const kept = header.map((name, at) => ({ name, at }))
    .filter(({ name }) => !omit.includes(name) && only.includes(name));
  const names = nameMistakes(kept.map(({ name }) => name), kept.map(({ at }) => at + 1));
  if (names.length > 0) {
    throw mistakes("data", `the ${told ? "header" : "first line"} of ${source} is wrong:`, [
      ...names,
      ...indexHint(header),
      ...told === undefined && looksLikeRow(header)
        ? [headerAdvice(columns ?? [], header.length)]
        : [],
    ]);
  }
  const wrong = records.flatMap((record, at) =>
    record.length === header.length
      ? []
      : [`line ${lineOf(at)}: ${lengthMistake(record, header.length)}`]
  );
  if (wrong.length > 0) {
    const firstLine = told === undefined ? firstLineHint(records) : undefined;
    const hint = separatorHint(bytes, separator) ?? firstLine ??
      `quote cells that contain ${oneSeparator(separator)} or a line end`;
    throw mistakes("data", `${source} has rows of the wrong length; ${hint}:`, wrong);
  }
  if (told === undefined) checkRepeated(records, source, lineOf);
  const rows = told === undefined ? records.slice(1) : records;
  return tableFromColumns(
    kept.map(({ name, at }) => [name, inferColumn(rows.map((row) => row[at]))] as const),
    source,
  );
}

/** The names of the columns: those of the first line, unless it is a row. */
function headerOf(
  first: readonly string[],
  source: string,
  told: false | readonly string[] | undefined,
): readonly string[] {
  if (told === undefined) return first.map((name) => name.trim());
  if (told === false) return numberedColumns(first.length);
  if (told.length === first.length) return told;
  throw new TunebookError(
    "data",
    `header names ${told.length} columns (${
      told.map(quoted).join(", ")
    }), but the first line of ${source} has ` +
      `${first.length} ${first.length === 1 ? "cell" : "cells"}: ${
        first.map(shownCell).join(", ")
      }`,
  );
}

/** A cell as an error shows it. */
function shownCell(cell: string): string {
  return quoted(cell.length > mostShown ? `${cell.slice(0, mostShown)}…` : cell);
}

/** Quotes as RFC 4180 has them, or as text where the file shows that they are text. */
function recordsByThemselves(
  bytes: Uint8Array,
  source: string,
  separator: string,
  headers: 0 | 1,
): SeparatedRecords {
  const read = (quote: string | null) => separatedRecords(bytes, source, { separator, quote });
  let parsed: SeparatedRecords | undefined;
  let failure: TunebookError | undefined;
  try {
    parsed = read('"');
  } catch (error) {
    if (!(error instanceof TunebookError && error.cause instanceof CsvError)) throw error;
    failure = error;
  }
  const plain = parsed && !bytes.includes(quoteByte) ? undefined : plainRows(bytes, separator);
  const mayBeText = plain !== undefined && (parsed?.records.length ?? 0) < plain;
  if (mayBeText && separator === "\t") return read(null);
  if (parsed && !mayBeText) {
    if (separator === "\t" && bytes.includes(quoteByte)) checkSwallowed(parsed, source);
    return parsed;
  }
  if (parsed) {
    throw new TunebookError(
      "data",
      `${source} has ${plain! - headers} rows if its quotes (") are text, and ${
        parsed.records.length - headers
      } if ` +
        `they quote cells that hold commas and line ends; say which: ${
          howToSay("quote: false", "--quote none")
        }, or with '"' in the place of false; or write the table as JSON Lines`,
    );
  }
  const { message, cause } = failure!;
  const hint = separatorHint(bytes, separator) ?? jsonHint(bytes) ??
    (mayBeText
      ? `if all quotes are text, say so: ${howToSay("quote: false", "--quote none")}`
      : "");
  throw new TunebookError("data", message + (hint && `; ${hint}`), { cause });
}

/**
 * A record whose first and last line have each as many cells as the header is rather two rows, and those
 * between them, with quotes that are text.
 */
function checkSwallowed({ records, lineOf }: SeparatedRecords, source: string): void {
  const wrong = records.flatMap((record, at) => {
    const lines = record.join("\t").split(/\r\n|[\r\n]/);
    const isRow = (line: string) => line.split("\t").length === records[0].length;
    return lines.length > 1 && isRow(lines[0]) && isRow(lines.at(-1)!)
      ? [`line ${lineOf(at)}`]
      : [];
  });
  if (wrong.length === 0 || records[0].length === 1) return;
  throw mistakes(
    "data",
    `${source} has quoted cells with tabs and line ends in them, as if rows stood between two quotes that ` +
      `are text; say which: ${
        howToSay("quote: false", "--quote none")
      }, or with '"' in the place of false:`,
    wrong,
  );
}

/** Objects or lists where the header should be. */
function jsonHint(bytes: Uint8Array): string | undefined {
  const start = new TextDecoder().decode(bytes.subarray(0, shownBytes)).trimStart();
  if (/^\[\s*\{/.test(start)) return 'it seems to be JSON: name it .json, or give format: "json"';
  return /^\{\s*"/.test(start)
    ? 'it seems to be JSON Lines: name it .jsonl, or give format: "jsonl"'
    : undefined;
}

/** Files that were joined have the names of their columns again and again, which are no rows. */
function checkRepeated(
  records: readonly string[][],
  source: string,
  lineOf: (record: number) => number,
): void {
  const [header] = records;
  if (header.length === 1) return;
  const wrong = records.flatMap((record, at) =>
    at > 0 && record.every((cell, column) => sameName(cell, header[column]))
      ? [`line ${lineOf(at)}`]
      : []
  );
  if (wrong.length === 0) return;
  throw mistakes(
    "data",
    `${source} has its first line again, as when files are joined; remove the copies:`,
    wrong,
  );
}

/** Also behind the byte order mark of a file that was appended. */
function sameName(cell: string, name: string): boolean {
  return cell === name || cell.replace(/^\ufeff/, "").trim() === name.trim();
}

/** What pandas writes before its columns. */
function indexHint([first]: readonly string[]): string[] {
  return first === ""
    ? [
      "column 1 is the index of pandas or the row names of R, if one of them wrote the file: write it " +
      "with df.to_csv(path, index=False) or row.names = FALSE, or read it in code with readTable(path, " +
      '{ omit: [""] })',
    ]
    : [];
}
