/**
 * The cells of a label column → the names of each row's classes.
 *
 * @module
 */
import { quoted, visibleText } from "../core/quoted.ts";
import { shortened } from "../core/text_table.ts";
import { printedByPython } from "../table/printed_by_python.ts";
import { className } from "./class_names.ts";

/** How cells say classes. */
export interface ReadClassesOptions {
  readonly kind: "single" | "multi";
  /** What stands between the classes of a row, where several are written in one text. */
  readonly separator?: string | undefined;
  /**
   * Names that numbers stand for: a whole number is the position of one, from 0, and a list of as many
   * zeros and ones as there are names has one for each.
   */
  readonly numbered?: readonly string[] | undefined;
}

/** Is told what is wrong with a row, counted from 0. */
export type ComplainOfRow = (row: number, what: string) => void;

/**
 * The names of the classes of each row. What cannot be read is told to `complain` and left out.
 *
 * A list may be written as JSON. Lists of zeros and ones that are as long as `numbered` are multi-hot; with
 * one or two names numbers are never read otherwise, since both readings would fit.
 */
export function readClasses(
  values: readonly unknown[],
  { kind, separator, numbered }: ReadClassesOptions,
  complain: ComplainOfRow = () => {},
): string[][] {
  const rows = values.map((value, row) => {
    const tell = (what: string) => complain(row, what);
    const cells = kind === "single" ? oneOf(value, tell) : listOf(value, separator, tell);
    return cells.filter((cell) => {
      const wrong = labelMistake(cell);
      if (wrong) tell(wrong);
      return !wrong;
    });
  });
  if (!numbered) return rows.map((cells) => cells.map(className));
  const isHot = kind === "multi" ? hotRows(rows, numbered, complain) : rows.map(() => false);
  return rows.map((cells, row) =>
    isHot[row]
      ? numbered.filter((_, at) => isOne(cells[at]))
      : cells.flatMap((cell) => nameOf(cell, numbered, (what) => complain(row, what)))
  );
}

/**
 * How many zeros and ones each row is a list of, where the lists are all of one length and hold nothing
 * else: one for each class, and no classes themselves. Undefined for all other columns.
 */
export function hotLength(values: readonly unknown[], separator?: string): number | undefined {
  const lists = values.map((value) => listOf(value, separator, () => {}));
  const [{ length } = { length: 0 }] = lists;
  const isHot = length > 1 && lists.every((list) => list.length === length && list.every(isBit));
  return isHot ? length : undefined;
}

/** JSON, which has no integers of 64 bits and no NaN, with escapes for what is invisible. */
export function shownLabel(value: unknown): string {
  if (typeof value === "number" || typeof value === "bigint") return `${value}`;
  if (typeof value === "string") return quoted(shortenedEnd(value));
  const json = JSON.stringify(value, (_, part) => typeof part === "bigint" ? `${part}` : part);
  return json === undefined ? "no value" : shortened(json, mostShown);
}

/** Characters of a label that an error shows. */
const mostShown = 80;

function shortenedEnd(text: string): string {
  return text.length > mostShown ? `${text.slice(0, mostShown)}…` : text;
}

type Tell = (what: string) => void;

function oneOf(value: unknown, tell: Tell): unknown[] {
  const printed = printedByPython(value);
  if (printed) tell(`its label is ${printed}`);
  else if (jsonList(value)) {
    tell(`${shownLabel(value)} is a list; for several classes a row the kind is "multi"`);
  } else return [value];
  return [];
}

function listOf(value: unknown, separator: string | undefined, tell: Tell): unknown[] {
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    return Array.from(value as unknown as ArrayLike<unknown>);
  }
  const printed = printedByPython(value);
  const list = jsonList(value);
  if (printed) tell(`its classes are ${printed}`);
  else if (list) return list;
  else if (typeof value !== "string") tell(`${shownLabel(value)} is not a list of classes`);
  else if (/^\s*\[[^[\]]*\]\s*$/.test(value) && value.includes(separator ?? "")) {
    tell(`${shownLabel(value)} stands in brackets, but is no JSON of a list`);
  } else if (separator === undefined) {
    tell(`${shownLabel(value)} is not a list of classes; give a separator such as "|"`);
  } else {
    const text = value.trim();
    return text === "" ? [] : text.split(separator).map((part) => part.trim());
  }
  return [];
}

/** The list that a text writes as JSON, if any. */
function jsonList(value: unknown): unknown[] | undefined {
  if (typeof value !== "string" || !/^\s*\[[^]*\]\s*$/.test(value)) return undefined;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

/** What is wrong with a label, if anything. */
function labelMistake(value: unknown): string | undefined {
  if (value === null || value === undefined) return "no label";
  if (Number.isNaN(value)) return "no label (NaN)";
  if (typeof value === "boolean" || typeof value === "bigint") return undefined;
  if (typeof value === "string") return visibleText(value) === "" ? "an empty label" : undefined;
  if (typeof value !== "number") return `${shownLabel(value)} is not a class`;
  return Number.isSafeInteger(value)
    ? undefined
    : `${value} is not a whole number; predict numbers with kind "regression"`;
}

const bits = [0, 1, 0n, 1n, true, false, "0", "1"] as const;

function isBit(value: unknown): boolean {
  return bits.includes(value as typeof bits[number]);
}

function isOne(value: unknown): boolean {
  return value === true || Number(value) === 1;
}

function isNumbered(value: unknown, names: readonly string[]): boolean {
  if (typeof value === "string") return /^\d+$/.test(value) && !names.includes(value);
  return typeof value === "number" || typeof value === "bigint" || typeof value === "boolean";
}

/** Which rows are multi-hot: all that hold numbers, or none. */
function hotRows(
  rows: readonly (readonly unknown[])[],
  names: readonly string[],
  complain: ComplainOfRow,
): boolean[] {
  // Among the names "0" and "1" these are names.
  if (names.some((name) => isBit(name))) return rows.map(() => false);
  const hot = rows.map((cells) => cells.length === names.length && cells.every(isBit));
  const first = hot.indexOf(true);
  const least = 2;
  rows.forEach((cells, row) => {
    if (hot[row] || !cells.every((cell) => isNumbered(cell, names))) return;
    if (first < 0 && (names.length > least || cells.length === 0)) return;
    complain(row, `${shownLabel(cells)} is not one 0 or 1 for each of the ${names.length} names`);
  });
  return hot;
}

/** The name of a class, or of the position that a number is. */
function nameOf(value: unknown, names: readonly string[], tell: Tell): string[] {
  const own = className(value);
  // Among the names "1" … "5" a 0 is a label that is not there, and no position.
  const mayBePosition = typeof value !== "boolean" &&
    !names.some((name) => Number.isFinite(Number(name)));
  if (names.includes(own) || !mayBePosition || !isNumbered(value, names)) return [own];
  const name = names[Number(own)];
  if (name === undefined) tell(`${own} has no name: there are ${names.length}, from 0`);
  return name === undefined ? [] : [name];
}
