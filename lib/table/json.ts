/**
 * Reads JSON tables: an array of row objects, an object of columns, or one row object a line.
 *
 * @module
 */
import { messageOf, mistakes, TunebookError } from "../core/errors.ts";
import { decodeText } from "./decode_text.ts";
import { isSquad, squadTable } from "./squad.ts";
import { type Table, tableFromColumns, tableFromRows } from "./table.ts";

type Row = Record<string, unknown>;

/**
 * Reads `[{"text": …}, …]` or `{"text": […], "label": […]}`. Values keep their JSON types; a key
 * that a row lacks is null there. A file of SQuAD gives one row for each question.
 */
export function readJson(bytes: Uint8Array, source: string): Table {
  const value = parseWhole(decodeText(bytes, source), source);
  if (Array.isArray(value)) return fromRows(value, source, (index) => `row ${index + 1}`);
  if (isSquad(value)) return squadTable(value, source);
  if (!isRow(value)) {
    throw new TunebookError(
      "data",
      `${source} holds ${
        kindOf(value)
      }; a table is an array of row objects or an object of columns`,
    );
  }
  const wrong = Object.entries(value).filter(([, values]) => !Array.isArray(values)).map(
    ([name, values]) => `"${name}" is ${kindOf(values)}, not an array of values`,
  );
  if (wrong.length > 0) {
    throw mistakes("data", `${source} is not an object of columns:`, wrong);
  }
  return tableFromColumns(value as Record<string, unknown[]>, source);
}

/** Reads one JSON object a line (JSON Lines, NDJSON). Blank lines are skipped. */
export function readJsonLines(bytes: Uint8Array, source: string): Table {
  const values: unknown[] = [];
  const lines: number[] = [];
  const wrong: string[] = [];
  decodeText(bytes, source).split("\n").forEach((text, index) => {
    if (text.trim() === "") return;
    try {
      values.push(JSON.parse(text));
      lines.push(index + 1);
    } catch (error) {
      wrong.push(`line ${index + 1}: ${messageOf(error)}`);
    }
  });
  if (wrong.length > 0) throw mistakes("data", `${source} has lines that are not JSON:`, wrong);
  return fromRows(values, source, (index) => `line ${lines[index]}`);
}

function fromRows(
  values: readonly unknown[],
  source: string,
  place: (index: number) => string,
): Table {
  const wrong: string[] = [];
  values.forEach((value, index) => {
    if (!isRow(value)) wrong.push(`${place(index)}: ${kindOf(value)} instead of a row object`);
  });
  if (wrong.length > 0) throw mistakes("data", `${source} is not a table of rows:`, wrong);
  return tableFromRows(values as Row[], source);
}

function parseWhole(text: string, source: string): unknown {
  if (text.trim() === "") throw new TunebookError("data", `${source} is empty`);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new TunebookError("data", `${source} is not valid JSON: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function isRow(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
