/**
 * Conditions that rows fulfil or not: what slices are made of.
 *
 * @module
 */
import { columnValues } from "../../../table/columns.ts";
import type { Table } from "../../../table/table.ts";
import { quoted } from "../../../core/quoted.ts";

/** A condition with its name. */
export interface SliceCondition {
  readonly name: string;
  holds(table: Table): boolean[];
}

/** Words, and each Chinese or Japanese character. */
const words = /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|[\p{L}\p{N}_'’]+/gu;
/** Quartiles. */
const cuts = [0.25, 0.5, 0.75];
/** A column with more values than this is no set of groups. */
const mostValues = 50;
/** Words beyond the most frequent ones are in few rows. */
const mostWords = 500;

/** The words of a text in small letters, each once. */
function wordsOf(text: unknown): Set<string> {
  return new Set(String(text).toLowerCase().match(words) ?? []);
}

/** Rows whose text has a word. */
function hasWord(column: string, word: string): SliceCondition {
  return {
    name: `${quoted(word)} in ${column}`,
    holds: (table) => columnValues(table, column).map((text) => wordsOf(text).has(word)),
  };
}

/** Rows whose column has a value. */
export function hasValue(column: string, value: unknown): SliceCondition {
  return {
    name: `${column} = ${String(value)}`,
    holds: (table) => columnValues(table, column).map((each) => String(each) === String(value)),
  };
}

/** Rows with a number on one side of a bound. */
function bounded(
  name: string,
  numbersOf: (table: Table) => number[],
  bound: number,
  side: "≤" | ">",
): SliceCondition {
  return {
    name: `${name} ${side} ${+bound.toPrecision(4)}`,
    holds: (table) =>
      numbersOf(table).map((value) => side === "≤" ? value <= bound : value > bound),
  };
}

/** Each quartile of a number as two conditions. */
function quartiles(
  table: Table,
  name: string,
  numbersOf: (table: Table) => number[],
): SliceCondition[] {
  const sorted = numbersOf(table).toSorted((a, b) => a - b);
  const bounds = new Set(cuts.map((cut) => sorted[Math.floor(cut * (sorted.length - 1))]));
  return [...bounds].flatMap((bound) =>
    (["≤", ">"] as const).map((side) => bounded(name, numbersOf, bound, side))
  );
}

/** What a text says of its row: its frequent words, and how many it has. */
export function textConditions(table: Table, column: string): SliceCondition[] {
  const counts = new Map<string, number>();
  for (const text of columnValues(table, column)) {
    for (const word of wordsOf(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const frequent = [...counts].sort(([a, of], [b, other]) => other - of || (a < b ? -1 : 1))
    .slice(0, mostWords).map(([word]) => word);
  const lengths = (rows: Table) =>
    columnValues(rows, column).map((text) => (String(text).match(words) ?? []).length);
  return [
    ...quartiles(table, `words of ${column}`, lengths),
    ...frequent.map((word) => hasWord(column, word)),
  ];
}

/** What a column says of its row: a value of few, or a number. */
export function columnConditions(table: Table, column: string): SliceCondition[] {
  const values = columnValues(table, column);
  const distinct = new Set(values.map(String));
  const isNumber = values.every((value) => typeof value === "number" && Number.isFinite(value));
  if (isNumber && distinct.size > mostValues) {
    return quartiles(table, column, (rows) => columnValues(rows, column).map(Number));
  }
  return distinct.size > mostValues
    ? []
    : [...distinct].sort().map((value) => hasValue(column, value));
}

/** Rows that fulfil both. */
export function both(a: SliceCondition, b: SliceCondition): SliceCondition {
  return {
    name: `${a.name} and ${b.name}`,
    holds: (table) => {
      const second = b.holds(table);
      return a.holds(table).map((is, row) => is && second[row]);
    },
  };
}
