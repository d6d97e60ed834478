/**
 * One column of a table in a few words and a histogram.
 *
 * @module
 */
import { histogramOf } from "../core/sparkline.ts";
import { shortened } from "../core/text_table.ts";
import { fileInCell, fileKey } from "./cell_bytes.ts";

/** A column in short. */
export interface ColumnSummary {
  readonly name: string;
  readonly type:
    | "integer"
    | "number"
    | "boolean"
    | "text"
    | "date"
    | "bytes"
    | "list"
    | "object"
    | "mixed"
    | "empty";
  /** Values that are null, undefined, not a number, or a date that is none. */
  readonly missing: number;
  /** How many values differ. */
  readonly distinct: number;
  /** The bins: of numbers, of texts' lengths, or of the commonest values. */
  readonly counts: readonly number[];
  /** The range or the commonest values. */
  readonly words: string;
}

/** A text column with more different values than this is shown by its lengths. */
const mostClasses = 12;
const shownClasses = 4;
const shownCharacters = 24;

/** Whether a cell holds nothing: null, undefined, NaN, or a date that is none. */
export function isMissing(value: unknown): boolean {
  return value === null || value === undefined ||
    Number.isNaN(value instanceof Date ? value.getTime() : value);
}

/** Summarises the values of a column. */
export function summariseColumn(name: string, values: readonly unknown[]): ColumnSummary {
  const present = values.filter((value) => !isMissing(value));
  const type = typeOf(present);
  const counts = new Map<unknown, number>();
  for (const value of present) {
    const key = keyOf(value);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const base = { name, type, missing: values.length - present.length, distinct: counts.size };
  switch (type) {
    case "integer":
    case "number":
    case "date": {
      const numbers = present.map(Number);
      const { counts: bins, low, high } = histogramOf(numbers);
      if (type === "date") {
        const day = (at: number) => new Date(at).toISOString();
        return { ...base, counts: bins, words: `${day(low)} … ${day(high)}` };
      }
      const finite = numbers.filter(Number.isFinite);
      const mean = finite.reduce((sum, value) => sum + value / finite.length, 0);
      return {
        ...base,
        counts: bins,
        words: `${short(low)} … ${short(high)}, mean ${short(mean)}`,
      };
    }
    case "text":
      if (counts.size > mostClasses) {
        const { counts: bins, low, high } = histogramOf(present.map((text) => `${text}`.length));
        return { ...base, counts: bins, words: `${low} … ${high} characters` };
      }
      return { ...base, ...commonest(counts) };
    case "bytes": {
      const sizes = present.map((value) => fileInCell(value)?.bytes.length ?? 0);
      const { counts: bins, low, high } = histogramOf(sizes);
      const [least, most] = [low, high].map((size) => size.toLocaleString("en"));
      return { ...base, counts: bins, words: `${least} … ${most} bytes` };
    }
    case "list": {
      const { counts: bins, low, high } = histogramOf(
        present.map((list) => (list as ArrayLike<unknown>).length),
      );
      return { ...base, counts: bins, words: `${low} … ${high} items` };
    }
    case "empty":
      return { ...base, counts: [], words: "" };
    default:
      return { ...base, ...commonest(counts) };
  }
}

function commonest(counts: ReadonlyMap<unknown, number>): Pick<ColumnSummary, "counts" | "words"> {
  const sorted = [...counts].sort((a, b) => b[1] - a[1]);
  const shown = sorted.slice(0, shownClasses)
    .map(([value, count]) => `${shortened(String(value), shownCharacters)}: ${count}`);
  const more = sorted.length - shown.length;
  return {
    counts: sorted.slice(0, mostClasses).map(([, count]) => count),
    words: shown.join(", ") + (more > 0 ? ` and ${more} more` : ""),
  };
}

function typeOf(values: readonly unknown[]): ColumnSummary["type"] {
  const types = new Set(values.map(typeOfValue));
  if (types.size === 0) return "empty";
  if (types.size === 1) return [...types][0];
  return [...types].every((type) => type === "integer" || type === "number") ? "number" : "mixed";
}

function typeOfValue(value: unknown): ColumnSummary["type"] {
  switch (typeof value) {
    case "number":
      return Number.isInteger(value) ? "integer" : "number";
    case "bigint":
      return "integer";
    case "string":
      return "text";
    case "boolean":
      return "boolean";
    default:
      if (value instanceof Date) return "date";
      if (fileInCell(value)) return "bytes";
      return Array.isArray(value) || ArrayBuffer.isView(value) ? "list" : "object";
  }
}

/** What equal values have in common. */
function keyOf(value: unknown): unknown {
  if (typeof value !== "object") return value;
  if (value instanceof Date) return value.toISOString();
  const file = fileInCell(value);
  return file ? fileKey(file) : textOf(value);
}

function textOf(value: unknown): string {
  try {
    return JSON.stringify(value, (_, part) => typeof part === "bigint" ? String(part) : part);
  } catch {
    return "an object that refers to itself";
  }
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
