/**
 * What to do about a file of separated values whose first line is a row and names no columns, for errors.
 *
 * @module
 */
import { howToSay } from "./separator_hints.ts";

/** More characters than a name of a column has. */
const longestName = 40;

/** The columns of a file without a header whose names nobody gave: `column1`, `column2` … */
export function numberedColumns(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `column${at + 1}`);
}

/** Where it is said that the first line is a row; the names are those that are looked for, where there are some. */
export function headerAdvice(names: readonly string[], count: number): string {
  const given = numberedColumns(count).map((numbered, at) => names[at] ?? numbered);
  return `if the first line is a row and names no columns, give their names: ${
    howToSay(`header: ${JSON.stringify(given)}`, `--header ${given.join(",")}`)
  }; false, or none, calls them column1, column2 …`;
}

/** Whether some names of columns are rather cells: numbers, sentences, addresses. */
export function looksLikeRow(names: readonly string[]): boolean {
  return names.some((name) =>
    name.length > longestName || /^[-+]?[\d.,]+%?$/.test(name) || /[.!?…。！？]$/.test(name) ||
    /\S\s+\S+\s+\S/.test(name) || /^https?:\/\//.test(name)
  );
}
