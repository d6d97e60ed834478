/**
 * Texts of cells.
 *
 * @module
 */

/** A text, or what a number or a truth value says: a column of CSV whose cells are all such holds no texts. */
export function plainText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  const isPlain = Number.isFinite(value) || typeof value === "bigint" || typeof value === "boolean";
  return isPlain ? String(value) : undefined;
}
