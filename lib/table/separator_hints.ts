/**
 * What seems to stand between the cells of a file that was read with another separator, for errors.
 *
 * @module
 */
import { CsvError } from "csv-parse/sync";
import { TunebookError } from "../core/errors.ts";
import { quoted } from "../core/quoted.ts";
import { separatedRecords } from "./separated_records.ts";

const separators = [";", "\t", "|", ","];

/** What seems to stand between the columns of a table that has only one. */
export function otherSeparator(header: readonly string[]): string | undefined {
  return header.length === 1 ? /[;\t|,]/.exec(header[0])?.[0] : undefined;
}

/** One of what stands between cells, in words. */
export function oneSeparator(separator: string): string {
  return { ",": "a comma", "\t": "a tab", ";": "a semicolon" }[separator] ?? quoted(separator);
}

/** Where a setting of {@link ReadSettings} is given, in code, in a plan and on the command line. */
export function howToSay(setting: string, flag: string): string {
  return `readTable(path, { ${setting} }), in a plan read: { ${setting} }, or ${flag}`;
}

/**
 * What to do about a file whose first line has no such separator and several cells with another one;
 * undefined for others.
 */
export function separatorHint(bytes: Uint8Array, separator: string): string | undefined {
  const end = bytes.findIndex((byte) => byte === 0x0a || byte === 0x0d);
  const first = end < 0 ? bytes : bytes.subarray(0, end);
  if (cellsOf(first, separator) > 1) return undefined;
  const other = separators.find((each) => each !== separator && cellsOf(first, each) > 1);
  if (other === undefined) return undefined;
  return `it seems to be separated by ${quoted(other)}; save it with ${
    separator === "\t" ? "tabs" : "commas"
  }, or ` +
    `say so: ${howToSay(`separator: ${quoted(other)}`, `--column-separator ${quoted(other)}`)}`;
}

/** How many cells a line has; none where its quotes do not fit the separator. */
function cellsOf(line: Uint8Array, separator: string): number {
  try {
    return separatedRecords(line, "", { separator, quote: '"' }).records[0]?.length ?? 0;
  } catch (error) {
    if (error instanceof TunebookError && error.cause instanceof CsvError) return 0;
    throw error;
  }
}
