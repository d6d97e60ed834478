/**
 * A label column → what a loss takes: class ids, a table of zeros and ones, or numbers.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { type Rules, text, texts } from "../core/option_rules.ts";
import { mistakes, TunebookError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import { columnValues, requireColumns } from "../table/columns.ts";
import { printedByPython } from "../table/printed_by_python.ts";
import { type SourceRows, sourceRows } from "../table/source_rows.ts";
import type { Table } from "../table/table.ts";

/** One class a row, any number of classes a row, or a number a row. */
export type LabelKind = "single" | "multi" | "regression";

/** The labels of a table's rows. */
export type Labels =
  | {
    kind: "single";
    /** The classes; a row's id is a position in this list. */
    names: string[];
    /** Class ids, [rows]. */
    ids: Int32Array;
  }
  | {
    kind: "multi";
    names: string[];
    /** 1 where a row has a class, else 0, [rows, names]. */
    targets: Float32Array;
  }
  | {
    kind: "regression";
    /** The column's name. */
    names: [string];
    /** Numbers, [rows]. */
    targets: Float32Array;
  };

/** How to read labels. */
export interface ReadLabelsOptions {
  /**
   * The classes in their order, as the training data has them: any other label is then an error.
   * Without names the classes are those that occur, sorted naturally ("class 2" before "class 10").
   */
  names?: readonly string[];
  /** What stands between the classes of a row, where several are written in one text. */
  separator?: string;
  /** What errors call the table. */
  where?: string;
}

const rules: Rules<ReadLabelsOptions> = { names: texts, separator: text, where: text };

interface Context {
  column: string;
  where: string;
  /** What row errors are told with. */
  source: SourceRows;
}

/** More different classes than this, and mostly single ones, are a column of something else. */
const manyClasses = 50;

/**
 * Reads the labels of a column. Classes are texts, whole numbers (bigints too) or booleans; the numbers 0 … n−1
 * are ids where `names` are given and none of them is a number itself. Throws one `TunebookError` of kind "data" that lists every row
 * (from 1) whose label is missing, of the wrong type, or not one of `names`.
 *
 * @example
 * ```ts
 * import { readLabels, tableFromColumns } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const table = tableFromColumns({ class: ["spam", "ham", "spam"] });
 * const labels = readLabels(table, "class", "single");
 * assert.deepEqual(labels.names, ["ham", "spam"]);
 * assert.deepEqual([...labels.ids], [1, 0, 1]);
 * ```
 */
export function readLabels<Kind extends LabelKind>(
  table: Table,
  column: string,
  kind: Kind,
  options: ReadLabelsOptions = {},
): Extract<Labels, { kind: Kind }> {
  checkOptions("readLabels", options, rules);
  const { where = "the table" } = options;
  requireColumns(table, [column], where);
  const values = columnValues(table, column);
  if (values.length === 0) throw new TunebookError("data", `${where} has no rows`);
  const context = { column, where, source: sourceRows(table, where) };
  const read: Record<LabelKind, () => Labels> = {
    single: () => readSingle(values, options, context),
    multi: () => readMulti(values, options, context),
    regression: () => readRegression(values, context),
  };
  return read[kind]() as Extract<Labels, { kind: Kind }>;
}

function readSingle(values: unknown[], options: ReadLabelsOptions, context: Context): Labels {
  const { numberOf } = context.source;
  const wrong = values.flatMap((value, row) => describeWrong(value, numberOf(row)));
  if (wrong.length > 0) throw wrongLabels(wrong, context);
  const names = options.names ? [...options.names] : classNames(values);
  if (!options.names) checkClasses(names, values.length, context);
  const idOf = classFinder(names);
  const ids = Int32Array.from(values, idOf);
  ids.forEach((id, row) => {
    if (id < 0) wrong.push(describeUnknown(values[row], numberOf(row), names));
  });
  if (wrong.length > 0) throw wrongLabels(wrong, context);
  return { kind: "single", names, ids };
}

function readMulti(values: unknown[], options: ReadLabelsOptions, context: Context): Labels {
  const { numberOf } = context.source;
  const wrong: string[] = [];
  const rows = values.map((value, row): unknown[] => {
    const printed = printedByPython(value);
    let parts: unknown[];
    if (printed) {
      wrong.push(`row ${numberOf(row)}: its classes are ${printed}`);
      return [];
    } else if (Array.isArray(value) || ArrayBuffer.isView(value)) {
      parts = Array.from(value as unknown as ArrayLike<unknown>);
    } else if (typeof value === "string" && options.separator) {
      const text = value.trim();
      parts = text === "" ? [] : text.split(options.separator).map((part) => part.trim());
    } else {
      wrong.push(
        `row ${numberOf(row)}: ${shown(value)} is not a list of classes` +
          (typeof value === "string" ? '; give a separator such as "|"' : ""),
      );
      return [];
    }
    wrong.push(...parts.flatMap((part) => describeWrong(part, numberOf(row))));
    return parts;
  });
  if (wrong.length > 0) throw wrongLabels(wrong, context);
  const names = options.names ? [...options.names] : classNames(rows.flat());
  if (names.length === 0) {
    throw new TunebookError(
      "data",
      `no row of ${context.where} has a class in "${context.column}"`,
    );
  }
  const idOf = classFinder(names);
  const targets = new Float32Array(rows.length * names.length);
  rows.forEach((parts, row) => {
    for (const part of parts) {
      const id = idOf(part);
      if (id < 0) wrong.push(describeUnknown(part, numberOf(row), names));
      else targets[row * names.length + id] = 1;
    }
  });
  if (wrong.length > 0) throw wrongLabels(wrong, context);
  return { kind: "multi", names, targets };
}

function readRegression(values: unknown[], context: Context): Labels {
  const { numberOf } = context.source;
  const wrong = values.flatMap((value, row) => {
    const isNumber = typeof value === "number" || typeof value === "bigint";
    if (isNumber && Number.isFinite(Math.fround(Number(value)))) return [];
    return [`row ${numberOf(row)}: ${isNumber ? value : shown(value)} is not a finite number`];
  });
  if (wrong.length > 0) throw wrongLabels(wrong, context);
  return {
    kind: "regression",
    names: [context.column],
    targets: Float32Array.from(values, Number),
  };
}

/** The different labels as names, in natural order. */
function classNames(values: readonly unknown[]): string[] {
  const natural = new Intl.Collator("en", { numeric: true });
  const names = [...new Set(values.map(String))];
  const whole = values.every((value) => typeof value === "number" || typeof value === "bigint");
  // Integers of 64 bits stay apart where numbers would not.
  if (whole) return names.sort((a, b) => BigInt(a) < BigInt(b) ? -1 : 1);
  return names.sort((a, b) => natural.compare(a, b) || (a < b ? -1 : 1));
}

/** A label's position in `names`, or −1. */
function classFinder(names: readonly string[]): (value: unknown) => number {
  const ids = new Map(names.map((name, id) => [name, id]));
  // Among the names "1" … "5" a 0 is a label that is not there, and no position.
  const mayBePosition = !names.some(isNumeric);
  return (value) => {
    const id = ids.get(String(value));
    if (id !== undefined) return id;
    const isWhole = typeof value === "number" || typeof value === "bigint";
    const isPosition = mayBePosition && isWhole && value >= 0 && value < names.length;
    return isPosition ? Number(value) : -1;
  };
}

function isNumeric(name: string): boolean {
  return name.trim() !== "" && Number.isFinite(Number(name));
}

function describeWrong(value: unknown, number: number): string[] {
  const place = `row ${number}`;
  if (value === null || value === undefined) return [`${place}: no label`];
  if (Number.isNaN(value)) return [`${place}: no label (NaN)`];
  if (typeof value === "boolean" || typeof value === "bigint") return [];
  if (typeof value === "string") return value.trim() === "" ? [`${place}: an empty label`] : [];
  if (typeof value !== "number") return [`${place}: ${shown(value)} is not a class`];
  if (Number.isSafeInteger(value)) return [];
  return [`${place}: ${value} is not a whole number; predict numbers with kind "regression"`];
}

function describeUnknown(value: unknown, number: number, names: readonly string[]): string {
  const hint = didYouMean(String(value), names);
  return `row ${number}: unknown label ${shown(value)}${hint}`;
}

/** JSON, which has no integers of 64 bits and no NaN. */
function shown(value: unknown): string {
  if (typeof value === "number") return String(value);
  const json = JSON.stringify(value, (_, part) => typeof part === "bigint" ? `${part}` : part);
  return typeof value === "bigint" ? `${value}` : json ?? "no value";
}

function wrongLabels(wrong: string[], { column, source }: Context): TunebookError {
  return mistakes("data", `the label column "${column}" of ${source.where} is wrong:`, wrong);
}

function checkClasses(names: string[], rows: number, { column, where }: Context): void {
  const place = `the label column "${column}" of ${where}`;
  if (names.length < 2) {
    throw new TunebookError("data", `${place} has only one class, "${names[0]}"; give two or more`);
  }
  if (names.length > manyClasses && names.length > rows / 2) {
    throw new TunebookError(
      "data",
      `${place} has ${names.length} different values in ${rows} rows; is it the right column, ` +
        `or one of numbers (kind "regression")?`,
    );
  }
}
