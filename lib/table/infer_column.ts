/**
 * Cells of a text table → numbers, booleans or texts.
 *
 * @module
 */

/** Turns the cells of one column into numbers, booleans or texts; see `readSeparated`. */
export function inferColumn(cells: readonly string[]): (string | number | boolean | null)[] {
  const filled = cells.filter((cell) => cell.trim() !== "");
  if (
    filled.length > 0 &&
    filled.every((cell) => plainNumber(cell) !== undefined) && !areCodes(filled)
  ) {
    return cells.map((cell) => cell.trim() === "" ? null : Number(cell));
  }
  if (filled.length > 0 && filled.every((cell) => boolean.test(cell.trim()))) {
    return cells.map((cell) => cell.trim() === "" ? null : cell.trim().toLowerCase() === "true");
  }
  return [...cells];
}

const decimal = /^-?(0|[1-9]\d*)?(\.\d+|(?<=\d)\.)?([eE][+-]?\d+)?$/;
/** Rooms and articles are called so; programs that write `1e5` write a point into other numbers of the column. */
const code = /^\d+[eE]\d+$/;

function areCodes(cells: readonly string[]): boolean {
  return cells.some((cell) => code.test(cell.trim())) &&
    !cells.some((cell) => /\.|[eE][+-]/.test(cell));
}

const boolean = /^(true|false)$/i;

/**
 * The number that a text is, or undefined for any other text: numbers with a leading zero or plus sign
 * and integers beyond 2^53 are identifiers.
 *
 * @example
 * ```ts
 * import { plainNumber } from "./infer_column.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(plainNumber(" -2.5 "), -2.5);
 * assert.equal(plainNumber("N/A"), undefined);
 * assert.equal(plainNumber("007"), undefined);
 * ```
 */
export function plainNumber(cell: string): number | undefined {
  const text = cell.trim();
  if (!decimal.test(text) || !/\d/.test(text)) return undefined;
  const value = Number(text);
  const isExact = Number.isFinite(value) && (!/^-?\d+$/.test(text) || Number.isSafeInteger(value));
  return isExact ? value : undefined;
}
