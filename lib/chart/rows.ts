/**
 * What charts are made of: rows of plain values.
 *
 * @module
 */
import { shownValue } from "../core/shown_value.ts";
import { messageOf, TunebookError } from "../core/errors.ts";

/** Plain rows, or a table that gives them, as an arquero table does. */
export type ChartData =
  | Iterable<Readonly<Record<string, unknown>>>
  | { objects(): Iterable<object>; columnNames(): string[] };

/** The rows with values that a specification can hold. */
export function rowsOf(data: ChartData): Record<string, unknown>[] {
  if (typeof data !== "object" || data === null) {
    throw new TunebookError(
      "input",
      `chart takes a table or a list of rows, but got ${shownValue(data)}`,
    );
  }
  const rows = "objects" in data && typeof data.objects === "function"
    ? data.objects()
    : data as Iterable<object>;
  return Array.from(rows, (row, at) => {
    if (typeof row !== "object" || row === null) {
      throw new TunebookError("input", `row ${at + 1} of the chart's data is no object: ${row}`);
    }
    return Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name, plainValue(value, name, at)]),
    );
  });
}

/** The columns of the data, in their order. */
export function columnsOf(
  data: ChartData,
  rows: readonly Readonly<Record<string, unknown>>[],
): string[] {
  if ("columnNames" in data && typeof data.columnNames === "function") return data.columnNames();
  return [...new Set(rows.flatMap((row) => Object.keys(row)))];
}

function plainValue(value: unknown, column: string, at: number): unknown {
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "number" || typeof value === "boolean") return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value;
  if (value === null || value === undefined) return null;
  if (typeof value === "string") return value;
  try {
    return JSON.stringify(value, (_, part) => typeof part === "bigint" ? String(part) : part) ??
      String(value);
  } catch (error) {
    throw new TunebookError(
      "data",
      `row ${at + 1} of the chart's data has in column "${column}" an object that has no text ` +
        `(${messageOf(error).split("\n", 1)[0]}); leave the column out, or put what you want to ` +
        "draw of it into a column of its own",
      { cause: error },
    );
  }
}

/**
 * The names under which a specification holds columns: vega gives dots, brackets and other signs a
 * meaning, takes `constructor` for what every object inherits, and does not read all of them back
 * when they are escaped.
 */
export function fieldNames(columns: readonly string[]): ReadonlyMap<string, string> {
  const plain = columns.filter((name) => !/[^\p{L}\p{N}_ -]/u.test(name) && !(name in {}));
  const taken = new Set(plain);
  return new Map(columns.map((name) => {
    if (plain.includes(name)) return [name, name];
    let field = name.replace(/[^\p{L}\p{N}_ -]/gu, "_");
    while (taken.has(field) || field in {}) field += "_";
    taken.add(field);
    return [name, field];
  }));
}

/** Four digits are enough in a sentence. */
export function short(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : "undefined";
}
