/**
 * Reads JSON tables: an array of row objects, an object of columns, or one row object a line.
 *
 * @module
 */
import { visible } from "../core/visible.ts";
import { isRecord } from "../core/objects.ts";
import { messageOf, mistakes, TunebookError } from "../core/errors.ts";
import { quoted } from "../core/quoted.ts";
import { shortened } from "../core/text_table.ts";
import { columnValues } from "./columns.ts";
import { decodeText, textPieces } from "./decode_text.ts";
import { isSplitTable, notANumberHint, objectHint } from "./json_hints.ts";
import { isLabelStudio, labelStudioTable } from "./label_studio.ts";
import { lostKeys } from "./lost_keys.ts";
import { isSquad, squadTable } from "./squad.ts";
import { type Table, tableFromColumns, tableFromRows } from "./table.ts";

type Row = Record<string, unknown>;

/**
 * Reads `[{"text": …}, …]` or `{"text": […], "label": […]}`. Values keep their JSON types; a key
 * that a row lacks is null there, and a column with integers beyond 2^53 has its integers as texts. A file of SQuAD gives one row for each question,
 * an export of Label Studio one for each annotation.
 */
export function readJson(bytes: Uint8Array, source: string): Table {
  const text = decodeText(bytes, source);
  const value = parseWhole(text, source);
  refuseRepeated(
    lostKeys(text, value).map(({ key, item }) =>
      `${item === undefined ? "it" : `row ${item + 1}`} has the key ${quoted(key)} twice`
    ),
    source,
  );
  if (isLabelStudio(value)) return labelStudioTable(value, source);
  if (Array.isArray(value)) return fromRows(value, source, (index) => `row ${index + 1}`);
  if (isSquad(value)) return squadTable(value, source);
  if (!isRecord(value)) {
    throw new TunebookError(
      "data",
      `${source} holds ${
        kindOf(value)
      }; a table is an array of row objects or an object of columns`,
    );
  }
  const wrong = Object.entries(value).filter(([, values]) => !Array.isArray(values)).map(
    ([name, values]) => `${quoted(name)} is ${kindOf(values)}, not an array of values`,
  );
  if (wrong.length > 0) {
    throw mistakes("data", `${source} is not an object of columns${objectHint(value)}:`, wrong);
  }
  if (isSplitTable(value)) {
    throw new TunebookError("data", `${source} is not an object of columns${objectHint(value)}`);
  }
  const columns = Object.entries(value as Record<string, unknown[]>);
  return tableFromColumns(
    columns.map(([name, values]) => [name, exactIntegers(values)] as const),
    source,
  );
}

/** Reads one JSON object a line (JSON Lines, NDJSON), of files of any size. Blank lines are skipped. */
export function readJsonLines(bytes: Uint8Array, source: string): Table {
  const values: unknown[] = [];
  const lines: number[] = [];
  const wrong: string[] = [];
  const invalid: string[] = [];
  const repeated: string[] = [];
  let before = 0;
  for (const piece of textPieces(bytes, source)) {
    // No text of JSON holds a line end, so that lines may end in any way.
    const texts = piece.split(/\r\n|[\r\n]/);
    texts.forEach((text, index) => {
      if (text.trim() === "") return;
      try {
        // Files that were joined have a byte order mark before lines of theirs.
        const value = parsed(text.trim());
        values.push(value);
        lines.push(before + index + 1);
        for (const { key } of lostKeys(text, value)) {
          repeated.push(`line ${before + index + 1} has the key ${quoted(key)} twice`);
        }
      } catch (error) {
        wrong.push(`line ${before + index + 1}: ${messageOf(error)}`);
        invalid.push(text);
      }
    });
    before += texts.length - 1;
  }
  if (wrong.length > 0) {
    const nanHint = invalid.map(notANumberHint).find(Boolean) ?? "";
    const hint = isDocument(bytes, source)
      ? '; it is one JSON document: name it .json, or give format: "json"'
      : textHint(new TextDecoder().decode(bytes.subarray(0, looked))) || nanHint;
    throw mistakes("data", `${source} has lines that are not JSON${hint}:`, wrong);
  }
  refuseRepeated(repeated, source);
  return fromRows(values, source, (index) => `line ${lines[index]}`);
}

/** Which of two values is meant, nobody knows. */
function refuseRepeated(repeated: readonly string[], source: string): void {
  if (repeated.length === 0) return;
  throw mistakes("data", `${source} has objects with the same key twice:`, repeated);
}

/** Bytes that tell what a text is, and characters of it that an error shows. */
const looked = 1000;
const mostShown = 40;

function isDocument(bytes: Uint8Array, source: string): boolean {
  try {
    JSON.parse(decodeText(bytes, source));
    return true;
  } catch {
    return false;
  }
}

/** What a text is that does not begin as JSON does. */
function textHint(text: string): string {
  const first = text.trimStart().split(/[\r\n]/, 1)[0];
  if (/^([[{"\d-]|true|false|null)/.test(first)) return "";
  const isSeparated = /[,;\t|]/.test(first) ? ", as CSV does, which must be named .csv" : "";
  return `; it begins with ${quoted(shortened(first, mostShown))}${isSeparated}`;
}

/** Whether each of the first lines is a JSON object by itself. */
function isJsonLines(text: string): boolean {
  const lines = text.split("\n").filter((line) => line.trim() !== "").slice(0, 2);
  return lines.length > 1 && lines.every((line) => {
    try {
      return isRecord(JSON.parse(line));
    } catch {
      return false;
    }
  });
}

function fromRows(
  values: readonly unknown[],
  source: string,
  place: (index: number) => string,
): Table {
  const wrong: string[] = [];
  values.forEach((value, index) => {
    if (!isRecord(value)) wrong.push(`${place(index)}: ${kindOf(value)} instead of a row object`);
  });
  if (wrong.length > 0) throw mistakes("data", `${source} is not a table of rows:`, wrong);
  const table = tableFromRows(values as Row[], source);
  const columns = table.columnNames().map((name) => [name, columnValues(table, name)] as const);
  return columns.some(([, values]) => values.some((value) => typeof value === "bigint"))
    ? tableFromColumns(
      columns.map(([name, values]) => [name, exactIntegers(values)] as const),
      source,
    )
    : table;
}

/** Only texts with so many digits in a row have integers that numbers cannot hold. */
const longInteger = /\d{16}/;

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

/**
 * A column that has integers which no number holds: all of it are texts, as identifiers are. Beside
 * fractions they are numbers that somebody measured.
 */
function exactIntegers(values: readonly unknown[]): readonly unknown[] {
  if (!values.some((value) => typeof value === "bigint")) return values;
  const isMeasured = values.some((value) => typeof value === "number" && !Number.isInteger(value));
  return values.map((value) =>
    typeof value === "bigint"
      ? isMeasured ? Number(value) : String(value)
      : typeof value === "number" && !isMeasured
      ? String(BigInt(value))
      : value
  );
}

/** JSON whose integers that no number holds are big integers instead of their neighbours. */
function parsed(text: string): unknown {
  const exact: Reviver = (_, value, { source = "" }) =>
    Number.isInteger(value) && /^-?\d+$/.test(source) && BigInt(source) !== BigInt(value as number)
      ? BigInt(source)
      : value;
  return longInteger.test(text) ? JSON.parse(text, exact as never) : JSON.parse(text);
}

function parseWhole(text: string, source: string): unknown {
  if (text.trim() === "") throw new TunebookError("data", `${source} is empty`);
  try {
    return parsed(text);
  } catch (error) {
    if (isJsonLines(text)) {
      throw new TunebookError(
        "data",
        `${source} is JSON Lines, one object a line, and not one JSON document: name it .jsonl, or ` +
          'give format: "jsonl"',
        { cause: error },
      );
    }
    throw new TunebookError(
      "data",
      `${source} is not valid JSON: ${visible(messageOf(error))}${
        textHint(text.slice(0, looked)) || notANumberHint(text)
      }`,
      { cause: error },
    );
  }
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
