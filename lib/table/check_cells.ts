/**
 * Values that no file can hold, told before anything is written.
 *
 * @module
 */
import { mistakes } from "../core/errors.ts";
import { isRecord } from "../core/objects.ts";
import { quoted } from "../core/quoted.ts";
import { columnValues } from "./columns.ts";
import type { Table } from "./table.ts";

/** What a format can hold. */
export interface CellLimits {
  /** Whether a text may have half of a surrogate pair, which UTF-8 has no bytes for: JSON escapes it. */
  readonly allowsLoneSurrogates: boolean;
}

/** Deeper values would overflow the stack of those who read them. */
const deepest = 200;

/**
 * Throws one `TunebookError` of kind "input" that lists every row (from 1) with a function, a symbol, a `Map`, a
 * `Set` or another object that is no plain one, with a value that contains itself, and with half of a
 * surrogate pair where the format cannot hold it.
 *
 * @example
 * ```ts
 * import { tableFromColumns } from "tunebook";
 * import { checkCells } from "./check_cells.ts";
 * import assert from "node:assert/strict";
 *
 * const table = tableFromColumns({ seen: [new Set(["a"])] });
 * assert.throws(() => checkCells(table, { allowsLoneSurrogates: true }), /row 1, "seen": a Set/);
 * ```
 */
export function checkCells(table: Table, limits: CellLimits): void {
  const names = table.columnNames();
  const wrong = names.flatMap((name) =>
    !limits.allowsLoneSurrogates && !name.isWellFormed()
      ? [`the name of the column ${quoted(name)} has ${lonely}`]
      : []
  );
  for (const name of names) {
    columnValues(table, name).forEach((value, row) => {
      const found = cellMistake(value, limits, 0);
      if (found) wrong.push(`row ${row + 1}, ${quoted(name)}: ${found}`);
    });
  }
  if (wrong.length > 0) throw mistakes("input", "these values cannot be written:", wrong);
}

const lonely = "half of a surrogate pair, which is no character; text.toWellFormed() replaces it";

function cellMistake(value: unknown, limits: CellLimits, depth: number): string | undefined {
  if (typeof value === "string") {
    return limits.allowsLoneSurrogates || value.isWellFormed() ? undefined : lonely;
  }
  if (typeof value === "function" || typeof value === "symbol") return `a ${typeof value}`;
  if (typeof value !== "object" || value === null) return undefined;
  if (depth > deepest) return "a value that contains itself, or lists nested too deep";
  if (value instanceof Date || ArrayBuffer.isView(value)) return undefined;
  if (!Array.isArray(value) && !isPlain(value)) {
    return `a ${value.constructor?.name || "strange object"}; make it a list or a plain object`;
  }
  for (const [key, inner] of Object.entries(value)) {
    const found = cellMistake(inner, limits, depth + 1) ??
      (Array.isArray(value) ? undefined : cellMistake(key, limits, depth));
    if (found) return found;
  }
  return undefined;
}

/** Rows of Arrow tables are objects of a class of their own, which say what they are as JSON. */
function isPlain(value: object): boolean {
  // vega-lite gives every set a toJSON.
  if (value instanceof Set || value instanceof Map) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null ||
    (isRecord(value) && typeof (value as { toJSON?: unknown }).toJSON === "function");
}
