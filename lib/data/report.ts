/**
 * What a person should see of the data before training: sizes, balance, leaks and lengths.
 *
 * @module
 */
import { checkOptions, requireOptions } from "../core/check_options.ts";
import { record, required, type Rules, text as textRule, yesOrNo } from "../core/option_rules.ts";
import { columnValues, requireColumns } from "../table/columns.ts";
import type { Table } from "../table/table.ts";
import { className, classNotes } from "./class_names.ts";
import { readClasses } from "./read_classes.ts";
import { reportText } from "./report_text.ts";
import type { SplitReport, SplitSummary } from "./split_report.ts";

/** Which columns to look at. */
export interface DescribeSplitsOptions {
  text: string;
  /** The column of a second text, for pairs: rows are the same where both are. */
  pair?: string;
  label?: string;
  /** What stands between the classes of a row, where several are written in one text. */
  separator?: string;
  /** Labels are numbers to predict, not classes. */
  regression?: boolean;
  /** Token lengths of the rows of each split. */
  lengths?: Readonly<Record<string, ArrayLike<number>>>;
}

const rules: Rules<DescribeSplitsOptions> = {
  text: required(textRule),
  pair: textRule,
  label: textRule,
  separator: textRule,
  regression: yesOrNo,
  lengths: record,
};
const shownExamples = 3;
const quantiles = { half: 0.5, most: 0.9, nearly: 0.99, all: 1 };

/**
 * Describes splits by name; the one named `train` is what others are compared with.
 *
 * @example
 * ```ts
 * import { describeSplits, tableFromColumns } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const train = tableFromColumns({ text: ["good", "bad"], class: ["+", "-"] });
 * const test = tableFromColumns({ text: ["good"], class: ["?"] });
 * const report = describeSplits({ train, test }, { text: "text", label: "class" });
 * assert.equal(report.shared[0].rows, 1);
 * assert.deepEqual(report.absent, [{ split: "test", labels: ["?"] }]);
 * ```
 */
export function describeSplits(
  splits: Readonly<Record<string, Table>> | object,
  options: DescribeSplitsOptions,
): SplitReport {
  checkOptions("describeSplits", options, rules);
  requireOptions("describeSplits", splits);
  const { text, pair, label, separator, regression, lengths } = options;
  const tables = Object.entries(splits).filter((entry): entry is [string, Table] => !!entry[1]);
  const wanted = [text, pair, label].filter((name) => name !== undefined);
  for (const [name, table] of tables) requireColumns(table, wanted, `the ${name} split`);
  const labels = (table: Table) => columnValues(table, label!);
  return describeTables(splits, {
    texts: (table) =>
      pair === undefined
        ? columnValues(table, text)
        : joinedTexts(columnValues(table, text), columnValues(table, pair)),
    ...(label === undefined
      ? {}
      : regression
      ? { numbers: (table: Table) => labels(table).map(Number) }
      : {
        classes: (table: Table) => {
          const values = labels(table);
          const isMulti = separator !== undefined || values.some((value) => Array.isArray(value));
          return readClasses(values, { kind: isMulti ? "multi" : "single", separator });
        },
      }),
    ...(lengths ? { lengths } : {}),
  });
}

/** Pairs of texts as a report shows them. */
export function joinedTexts(firsts: readonly unknown[], seconds: readonly unknown[]): string[] {
  return firsts.map((first, row) => `${first} ↔ ${seconds[row]}`);
}

/** What to look at in each table. */
export interface DescribeTablesOptions {
  /** What a row shows the model, in words: rows with the same are duplicates, or leakage. */
  texts(table: Table): readonly unknown[];
  /** What that is, `image`; `text` unless given. */
  readonly noun?: string;
  /**
   * What the model gets of each row, by split, where that is known: then this tells which are the same.
   * undefined for rows of which it gets nothing; they are the same as no other.
   */
  readonly inputs?: Readonly<Record<string, readonly (string | undefined)[] | undefined>>;
  /** The classes of each row. */
  classes?(table: Table): readonly (readonly unknown[])[];
  /** The number to predict of each row. */
  numbers?(table: Table): readonly number[];
  /** Token lengths of the rows of each split. */
  readonly lengths?: Readonly<Record<string, ArrayLike<number>>>;
}

/** The same for rows of any task. */
export function describeTables(
  splits: Readonly<Record<string, Table>> | object,
  options: DescribeTablesOptions,
): SplitReport {
  const tables = Object.entries(splits).filter((entry): entry is [string, Table] => !!entry[1]);
  const texts = new Map(tables.map(([name, table]) => [name, options.texts(table)]));
  const seen = tables.every(([name]) => options.inputs?.[name])
    ? new Map(tables.map(([name]) => [name, options.inputs![name]!]))
    : texts;
  const summaries = tables.map(([name, table]) => summarise(name, table, seen.get(name)!, options));
  const report = {
    splits: summaries,
    shared: sharedTexts(texts, seen),
    absent: absentLabels(summaries),
    notes: classNotes(summaries.flatMap(({ classes }) => classes.map(({ name }) => name))),
  };
  return { ...report, toString: () => reportText(report, options.noun) };
}

function summarise(
  name: string,
  table: Table,
  seen: readonly unknown[],
  { classes, numbers, lengths }: DescribeTablesOptions,
): SplitSummary {
  const rows = seen.length;
  const given = seen.filter((key) => key !== undefined);
  const counts = new Map<string, number>();
  const labels = classes?.(table).map((own) => [...new Set(own.map(className))].sort()) ?? [];
  // A class counts once in each row that has it.
  for (const own of labels) {
    for (const value of own) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const summary: SplitSummary = {
    name,
    rows,
    classes: [...counts].map(([name, count]) => ({ name, rows: count, share: count / rows }))
      .sort((a, b) => b.rows - a.rows || (a.name < b.name ? -1 : 1)),
    duplicates: given.length - new Set(given).size,
    contradictions: contradictions(seen, labels),
  };
  if (numbers) summary.range = rangeOf(numbers(table));
  if (lengths?.[name]) summary.tokens = tokenQuantiles(lengths[name]);
  return summary;
}

/** Rows whose text had other classes when it occurred first. */
function contradictions(seen: readonly unknown[], labels: readonly (readonly string[])[]): number {
  const firsts = new Map<unknown, string>();
  return labels.filter((own, row) => {
    const key = JSON.stringify(own);
    if (seen[row] === undefined) return false;
    const first = firsts.get(seen[row]);
    if (first === undefined) firsts.set(seen[row], key);
    return first !== undefined && first !== key;
  }).length;
}

function sharedTexts(
  texts: ReadonlyMap<string, readonly unknown[]>,
  seen: ReadonlyMap<string, readonly unknown[]>,
): SplitReport["shared"] {
  const shared: SplitReport["shared"] = [];
  const names = [...texts.keys()];
  names.forEach((first, index) => {
    const known = new Set<unknown>(seen.get(first)!.filter((key) => key !== undefined));
    for (const second of names.slice(index + 1)) {
      const own = texts.get(second)!;
      const found = own.filter((_, row) => known.has(seen.get(second)![row]));
      if (found.length === 0) continue;
      const examples = [...new Set(found.map(String))].slice(0, shownExamples);
      shared.push({ first, second, rows: found.length, examples });
    }
  });
  return shared;
}

function absentLabels(splits: readonly SplitSummary[]): SplitReport["absent"] {
  const train = splits.find((split) => split.name === "train");
  if (!train) return [];
  const known = new Set(train.classes.map((entry) => entry.name));
  return splits.map((split) => ({
    split: split.name,
    labels: split.classes.map((entry) => entry.name).filter((name) => !known.has(name)),
  })).filter((entry) => entry.labels.length > 0);
}

function rangeOf(values: readonly number[]): SplitSummary["range"] {
  let [smallest, largest, sum] = [Infinity, -Infinity, 0];
  for (const value of values) {
    smallest = Math.min(smallest, value);
    largest = Math.max(largest, value);
    sum += value;
  }
  return { smallest, mean: sum / values.length, largest };
}

function tokenQuantiles(lengths: ArrayLike<number>): SplitSummary["tokens"] {
  const sorted = Float64Array.from(lengths).sort();
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return {
    half: at(quantiles.half),
    most: at(quantiles.most),
    nearly: at(quantiles.nearly),
    all: at(quantiles.all),
  };
}
