/**
 * Separated values → records of cells with the lines on which they stand.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { CsvError, parse } from "csv-parse/sync";
import { mistakes, TunebookError } from "../core/errors.ts";
import { withoutMark } from "./decode_text.ts";

/** How cells and rows are told apart. */
export interface RecordFormat {
  /** What stands between cells: one character. */
  readonly separator: string;
  /** What cells are quoted with: one character, or null where quotes are text. */
  readonly quote: string | null;
}

/** The records of a file, the header first. */
export interface SeparatedRecords {
  readonly records: string[][];
  /** The line on which a record begins, from 1. */
  lineOf(record: number): number;
}

const carriageReturn = 0x0d;
const lineFeed = 0x0a;
/** The first is what a program writes that turns each `\n` of `\r\n` into `\r\n` once more. */
const lineEnds = ["\r\r\n", "\r\n", "\n", "\r"];

/**
 * Reads all records (RFC 4180). Lines may end in different ways within a file. Blank lines are skipped,
 * but where there is only one column each is a row with an empty cell, save at the end of the file.
 *
 * The text may be longer than a text of JavaScript can be: cells are cut from the bytes, which must be
 * UTF-8. Throws a `TunebookError` of kind "data" whose cause is the library's `CsvError` where quotes are
 * broken, and one where a single column does not tell whether `\r` ends lines.
 */
export function separatedRecords(
  bytes: Uint8Array,
  source: string,
  { separator, quote }: RecordFormat,
): SeparatedRecords {
  const text = bytes.subarray(withoutMark(bytes));
  const lines = lineCounter(text);
  const starts: number[] = [];
  const returns: number[] = [];
  let [end, columns, blanks, feeds, counted] = [0, 0, 0, 0, 0];
  const onRecord = (record: string[], { bytes: next }: { bytes: number }) => {
    const start = end;
    end = next;
    const isBlank = record.length === 1 && record[0] === "" && isLineEnd(text, start, end);
    if (isBlank && columns !== 1) return null;
    blanks = isBlank ? blanks + 1 : 0;
    columns ||= record.length;
    starts.push(start);
    for (const cell of record) counted += cell.split("\r\n").length - 1;
    if (text[end - 1] === carriageReturn) returns.push(start);
    else if (text[end - 1] === lineFeed) feeds++;
    return record;
  };
  let records: string[][];
  try {
    records = parse(Buffer.from(text.buffer, text.byteOffset, text.byteLength), {
      delimiter: separator,
      quote,
      record_delimiter: lineEnds,
      // Lengths are checked by the caller, which can then name all wrong rows at once.
      relax_column_count: true,
      on_record: onRecord,
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    // The library counts two lines for each \r\n within quotes.
    const line = error.code === "CSV_QUOTE_NOT_CLOSED" ? lines(end) : Number(error.lines) - counted;
    throw new TunebookError("data", `${source}, line ${line}: ${explain(error)}`, { cause: error });
  }
  records.length -= blanks;
  if (columns === 1 && feeds > 0 && returns.length > 0) {
    throw mistakes(
      "data",
      `${source} has one column and carriage returns (\\r) within its lines: quote the cells that have ` +
        "them, or end all lines alike:",
      returns.map((start) => `line ${lines(start)}`),
    );
  }
  return { records, lineOf: (record) => lines(starts[record]) };
}

function explain(error: CsvError): string {
  switch (error.code) {
    case "CSV_QUOTE_NOT_CLOSED":
      return "a quoted cell begins here or below and is never closed";
    case "CSV_INVALID_CLOSING_QUOTE":
    case "CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE":
      return 'text follows a closing quote; double a quote that belongs to the text ("")';
    case "INVALID_OPENING_QUOTE":
      return "a quote stands inside a cell that is not quoted; quote the whole cell and double the " +
        'quote ("")';
    default:
      return error.message;
  }
}

/**
 * How many rows there are when the file is cut at line ends and separators alone; undefined where the
 * lines have not all the same number of cells, or only one.
 */
export function plainRows(bytes: Uint8Array, separator: string): number | undefined {
  const cut = separator.charCodeAt(0);
  let [rows, cells, columns, start] = [0, 1, 0, withoutMark(bytes)];
  for (let at = start; at <= bytes.length; at++) {
    const byte = bytes[at];
    if (byte === cut) cells++;
    if (byte !== lineFeed && byte !== carriageReturn && at < bytes.length) continue;
    if (at > start) {
      columns ||= cells;
      if (cells !== columns || columns === 1) return undefined;
      rows++;
    }
    [start, cells] = [at + 1, 1];
  }
  return rows;
}

function isLineEnd(bytes: Uint8Array, start: number, end: number): boolean {
  return bytes.subarray(start, end).every((byte) => byte === lineFeed || byte === carriageReturn);
}

/** Tells the line of the first cell that begins at or behind an offset; ascending ones are told fast. */
function lineCounter(bytes: Uint8Array): (offset: number) => number {
  let [known, line] = [0, 1];
  const isEnd = (byte: number) => byte === lineFeed || byte === carriageReturn;
  return (offset) => {
    if (offset < known) [known, line] = [0, 1];
    while (known < bytes.length && (known < offset || isEnd(bytes[known]))) {
      const byte = bytes[known++];
      if (byte === lineFeed || byte === carriageReturn && bytes[known] !== lineFeed) line++;
    }
    return line;
  };
}
