/**
 * A label column → what a loss takes: class ids, a table of zeros and ones, or numbers.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { type Rules, text, texts, whole, yesOrNo } from "../core/option_rules.ts";
import { mistakes, TunebookError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import { quoted } from "../core/quoted.ts";
import { columnValues, requireColumns } from "../table/columns.ts";
import { plainNumber } from "../table/infer_column.ts";
import { type SourceRows, sourceRows } from "../table/source_rows.ts";
import type { Table } from "../table/table.ts";
import { checkClassNames, className, sortedNames } from "./class_names.ts";
import { hotLength, readClasses, shownLabel } from "./read_classes.ts";

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
  /**
   * True where whole numbers are positions in `names`, from 0, and lists of as many zeros and ones as there
   * are names have one for each. Unless given a number is the name of a class.
   */
  numbered?: boolean;
  /** What stands between the classes of a row, where several are written in one text. */
  separator?: string;
  /** The fewest classes of `single` that make sense, where they are not named; 2 unless given. */
  fewest?: number;
  /** What errors call the table. */
  where?: string;
}

const rules: Rules<ReadLabelsOptions> = {
  names: texts,
  numbered: yesOrNo,
  separator: text,
  fewest: whole,
  where: text,
};

interface Context {
  column: string;
  where: string;
  /** What row errors are told with. */
  source: SourceRows;
}

/** More different classes than this, and mostly single ones, are a column of something else. */
const manyClasses = 50;
/** Labels that an error about an unknown one lists. */
const mostListed = 12;

/**
 * Reads the labels of a column. Classes are texts, whole numbers (bigints too) or booleans; white space at the
 * ends of texts is no part of them, and lists may be written as JSON. Throws one `TunebookError` of kind "data" that
 * lists every row (from 1) whose label is missing, of the wrong type, or not one of `names`; names of classes that
 * look the same or that are missing values; and lists of zeros and ones whose positions have no names.
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
  const read = kind === "regression"
    ? readRegression(values, context)
    : readNames(values, kind, options, context);
  return read as Extract<Labels, { kind: Kind }>;
}

function readNames(
  values: unknown[],
  kind: "single" | "multi",
  options: ReadLabelsOptions,
  context: Context,
): Labels {
  const { source: { nameOf } } = context;
  const { separator, numbered } = options;
  const wrong: string[] = [];
  const complain = (row: number, what: string) => wrong.push(`${nameOf(row)}: ${what}`);
  const rows = readClasses(
    values,
    { kind, separator, numbered: numbered ? options.names : undefined },
    complain,
  );
  if (wrong.length > 0) throw wrongLabels(wrong, context);
  if (kind === "multi" && !options.names) checkNotHot(values, separator, context);
  if (!options.names) checkClassNames(rows, { what: whatOf(context), source: context.source });
  const names = options.names ? [...options.names] : sortedNames(rows.flat());
  const { fewest = 2 } = options;
  if (kind === "single" && !options.names) checkClasses(names, values.length, context, fewest);
  if (names.length === 0) {
    throw new TunebookError(
      "data",
      `no row of ${context.where} has a class in ${quoted(context.column)}`,
    );
  }
  const ids = new Map(names.map((name, id) => [className(name), id]));
  const found = rows.map((own, row) =>
    own.map((name) => {
      const id = ids.get(className(name)) ?? -1;
      if (id < 0) complain(row, describeUnknown(values[row], name, names));
      return id;
    })
  );
  if (wrong.length > 0) throw wrongLabels(wrong, context);
  if (kind === "single") return { kind, names, ids: Int32Array.from(found.flat()) };
  const targets = new Float32Array(rows.length * names.length);
  found.forEach((own, row) => {
    for (const id of own) targets[row * names.length + id] = 1;
  });
  return { kind, names, targets };
}

function readRegression(values: unknown[], context: Context): Labels {
  const { nameOf } = context.source;
  const wrong = values.flatMap((value, row) => {
    const isNumber = typeof value === "number" || typeof value === "bigint";
    // One cell that is no number makes a column of texts: the others are right.
    const number = typeof value === "string" ? plainNumber(value) : isNumber ? Number(value) : NaN;
    if (number !== undefined && Number.isFinite(Math.fround(number))) return [];
    return [`${nameOf(row)}: ${isNumber ? value : shownLabel(value)} is not a finite number`];
  });
  if (wrong.length > 0) throw wrongLabels(wrong, context);
  return {
    kind: "regression",
    names: [context.column],
    targets: Float32Array.from(values, Number),
  };
}

function describeUnknown(cell: unknown, name: string, names: readonly string[]): string {
  const labels = typeof cell === "object" ? Array.from(cell as ArrayLike<unknown>) : [cell];
  const own = labels.find((label) => typeof label !== "string" && className(label) === name);
  const shown = own === undefined ? quoted(name) : shownLabel(own);
  if (plainNumber(name) === undefined) return `unknown label ${shown}${didYouMean(name, names)}`;
  // A number was meant to be one of the names, or a position of one, which must be said.
  const listed = names.slice(0, mostListed).map(quoted).join(", ");
  return `unknown label ${shown}; the labels are ${listed}${
    names.length > mostListed ? ", …" : ""
  }`;
}

/** Lists of zeros and ones say at each position whether a row has its class. */
function checkNotHot(values: unknown[], separator: string | undefined, context: Context): void {
  const length = hotLength(values, separator);
  if (length === undefined) return;
  throw new TunebookError(
    "data",
    `${whatOf(context)} holds lists of ${length} zeros and ones, one for each class; name the ` +
      `${length} classes in their order with the option names, as in names: ["first", "second", …]`,
  );
}

function whatOf({ column, source }: Context): string {
  return `the label column ${quoted(column)} of ${source.where}`;
}

function wrongLabels(wrong: string[], context: Context): TunebookError {
  return mistakes("data", `${whatOf(context)} is wrong:`, wrong);
}

function checkClasses(names: string[], rows: number, context: Context, fewest: number): void {
  const place = whatOf(context);
  if (names.length === 1 && fewest > 1) {
    throw new TunebookError(
      "data",
      `${place} has only one class, ${quoted(names[0])}; give two or more`,
    );
  }
  if (names.length > manyClasses && names.length > rows / 2) {
    throw new TunebookError(
      "data",
      `${place} has ${names.length} different values in ${rows} rows; is it the right column, ` +
        `or one of numbers (kind "regression")?`,
    );
  }
}
