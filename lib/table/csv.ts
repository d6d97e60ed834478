/**
 * Reads comma- and tab-separated text strictly: a broken quote or a row with too few or too many
 * cells is an error that names its line, never a guess.
 *
 * @module
 */
import { CsvError, parse } from "csv-parse/sync";
import { mistakes, TunebookError } from "../core/errors.ts";
import { decodeText } from "./decode_text.ts";
import { nameMistakes, type Table, tableFromColumns } from "./table.ts";

/**
 * Reads separated values whose first line names the columns (RFC 4180). Blank lines are skipped.
 *
 * A column is numeric only if every cell that is not empty is a plain decimal number, and boolean
 * only if every such cell is `true` or `false`; an empty cell is null there. All other columns are
 * text, where an empty cell is an empty text. Numbers with a leading zero or plus sign (`007`,
 * `+49`) and integers beyond 2^53 are identifiers and keep their column text.
 */
export function readSeparated(bytes: Uint8Array, source: string, separator: "," | "\t"): Table {
  const { records, lines } = parseRecords(decodeText(bytes, source), source, separator);
  if (records.length === 0) {
    throw new TunebookError("data", `${source} is empty; its first line must name the columns`);
  }
  const header = records[0].map((name) => name.trim());
  const wrong = nameMistakes(header);
  if (wrong.length > 0) throw mistakes("data", `the first line of ${source} is wrong:`, wrong);
  for (let i = 1; i < records.length; i++) {
    if (records[i].length === header.length) continue;
    wrong.push(`line ${lines[i]}: ${records[i].length} cells instead of ${header.length}`);
  }
  if (wrong.length > 0) {
    const other = otherSeparator(header);
    const hint = other
      ? `it seems to be separated by ${JSON.stringify(other)}; save it with ${commas(separator)}`
      : `quote cells that contain ${separator === "," ? "a comma" : "a tab"}`;
    throw mistakes("data", `${source} has rows of the wrong length; ${hint}:`, wrong);
  }
  const rows = records.slice(1);
  const columns = header.map((name, column) =>
    [name, inferColumn(rows.map((row) => row[column]))] as const
  );
  return tableFromColumns(columns, source);
}

const commas = (separator: string) => separator === "," ? "commas" : "tabs";

/** What seems to stand between the columns of a file that has only one; for hints in errors. */
export function otherSeparator(header: readonly string[]): string | undefined {
  return header.length === 1 ? /[;\t|,]/.exec(header[0])?.[0] : undefined;
}

/** Turns the cells of one column into numbers, booleans or texts; see {@link readSeparated}. */
export function inferColumn(cells: readonly string[]): (string | number | boolean | null)[] {
  const filled = cells.filter((cell) => cell.trim() !== "");
  if (filled.length > 0 && filled.every(isNumber)) {
    return cells.map((cell) => cell.trim() === "" ? null : Number(cell));
  }
  if (filled.length > 0 && filled.every((cell) => boolean.test(cell.trim()))) {
    return cells.map((cell) => cell.trim() === "" ? null : cell.trim().toLowerCase() === "true");
  }
  return [...cells];
}

const decimal = /^-?(0|[1-9]\d*)?(\.\d+|(?<=\d)\.)?([eE][+-]?\d+)?$/;
const boolean = /^(true|false)$/i;

function isNumber(cell: string): boolean {
  const text = cell.trim();
  if (!decimal.test(text) || !/\d/.test(text)) return false;
  const value = Number(text);
  return Number.isFinite(value) && (!/^-?\d+$/.test(text) || Number.isSafeInteger(value));
}

function parseRecords(
  text: string,
  source: string,
  separator: string,
): { records: string[][]; lines: number[] } {
  const lines: number[] = [];
  let end = 0;
  try {
    const records: string[][] = parse(text, {
      delimiter: separator,
      bom: true,
      skip_empty_lines: true,
      // Lengths are checked by the caller, which can then name all wrong rows at once.
      relax_column_count: true,
      on_record: (record: string[], { lines: last }: { lines: number }) => {
        lines.push(firstLine(record, last, end));
        end = last;
        return record;
      },
    });
    return { records, lines };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new TunebookError("data", `${source}, ${explain(error, end + 1)}`, { cause: error });
  }
}

/** The line on which a record begins that ends on line `last`; blank lines may lie before it. */
function firstLine(record: string[], last: number, previous: number): number {
  const breaks = record.reduce((sum, cell) => sum + (cell.match(/\r\n|\r|\n/g)?.length ?? 0), 0);
  return Math.max(previous + 1, last - breaks);
}

function explain(error: CsvError, line: number): string {
  switch (error.code) {
    case "CSV_QUOTE_NOT_CLOSED":
      return `line ${line}: a quoted cell begins here or below and is never closed`;
    case "CSV_INVALID_CLOSING_QUOTE":
    case "CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE":
      return `line ${error.lines ?? line}: text follows a closing quote; ` +
        `double a quote that belongs to the text ("")`;
    case "INVALID_OPENING_QUOTE":
      return `line ${error.lines ?? line}: a quote stands inside a cell that is not quoted; ` +
        `quote the whole cell and double the quote ("")`;
    default:
      return `line ${error.lines ?? line}: ${error.message}`;
  }
}
