/**
 * The names of classes: one rule for all tasks of how a label becomes a name, and one check of the names
 * when the data is read.
 *
 * @module
 */
import { mistakes } from "../core/errors.ts";
import { quoted, visibleText } from "../core/quoted.ts";
import { plainNumber } from "../table/infer_column.ts";
import type { SourceRows } from "../table/source_rows.ts";

/**
 * The name of the class that a label stands for: texts without white space at their ends, and whole
 * numbers and booleans as they are written.
 *
 * @example
 * ```ts
 * import { className } from "./class_names.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual([className("pos "), className(3), className(true)], ["pos", "3", "true"]);
 * ```
 */
export function className(label: unknown): string {
  return String(label).trim();
}

/** Different names in natural order: "class 2" before "class 10", numbers by size. */
export function sortedNames(names: Iterable<string>): string[] {
  const natural = new Intl.Collator("en", { numeric: true });
  const different = [...new Set(names)];
  // Integers of 64 bits stay apart where numbers would not.
  const isWhole = different.every((name) => /^-?\d+$/.test(name));
  if (isWhole) {
    return different.sort((a, b) => Number(BigInt(a) - BigInt(b)) || (a < b ? -1 : 1));
  }
  return different.sort((a, b) => natural.compare(a, b) || (a < b ? -1 : 1));
}

/** What pandas and its like write where there is no value (`na_values` of `pandas.read_csv`). */
const missing =
  /^(?:\?+|-+|\.|undefined|nat|missing|#n\/a(?: n\/a)?|#na|-?1\.#(?:ind|qnan)|-?nan|<na>|n\/a|na|null|none|nil)$/i;

/** Longer names are texts of another column. */
const longestName = 500;
const shownCharacters = 40;

/** Where names were found. */
export interface NamedRows {
  /** What errors call the column, `the label column "y" of reviews.csv`. */
  readonly what: string;
  /** The rows of the names, counted from 0. */
  readonly source: Pick<SourceRows, "numberOf">;
}

/**
 * Makes sure that every class has one name. Throws one `TunebookError` of kind "data" that lists the names
 * which look the same, since they are equal after Unicode's composition (NFC) and without invisible
 * characters, the marks of missing values, such as `NaN`, `N/A` and `?`, where all others are numbers or
 * true and false, and names of more than 500 characters.
 *
 * @param rows the names of each row
 *
 * @example
 * ```ts
 * import { checkClassNames } from "./class_names.ts";
 * import assert from "node:assert/strict";
 *
 * const rows = [["pos"], ["neg"], ["pos\u200b"]];
 * assert.throws(
 *   () => checkClassNames(rows, { what: "the labels", source: { numberOf: (row) => row + 1 } }),
 *   /"pos" \(row 1\) and "pos\\u200b" \(row 3\)/,
 * );
 * ```
 */
export function checkClassNames(
  rows: readonly (readonly string[])[],
  { what, source }: NamedRows,
): void {
  const firsts = new Map<string, number>();
  rows.forEach((names, row) => {
    for (const name of names) if (!firsts.has(name)) firsts.set(name, row);
  });
  const names = [...firsts.keys()];
  const place = (name: string) => `${quoted(name)} (row ${source.numberOf(firsts.get(name)!)})`;
  const alike = [...Map.groupBy(names, visibleText).values()].filter((same) => same.length > 1)
    .map((same) => `${same.map(place).join(" and ")} look the same; write them alike`);
  const marks = names.filter((name) => missing.test(name));
  const others = names.filter((name) => !missing.test(name));
  const kind = others.length === 0
    ? undefined
    : others.every((name) => plainNumber(name) !== undefined)
    ? "numbers"
    : others.every((name) => /^(?:true|false)$/i.test(name))
    ? "true and false"
    : undefined;
  const gaps = kind === undefined
    ? []
    : rows.flatMap((of, row) =>
      of.filter((name) => marks.includes(name)).map((name) =>
        `row ${source.numberOf(row)}: ${
          quoted(name)
        } among ${kind} seems to be a missing label; remove the ` +
        "row, or call the class otherwise"
      )
    );
  const long = names.filter((name) => name.length > longestName)
    .map((name) =>
      `row ${
        source.numberOf(firsts.get(name)!)
      }: a label of ${name.length} characters, which begins ` +
      `${quoted(name.slice(0, shownCharacters))}; is it the right column?`
    );
  const wrong = [...alike, ...gaps, ...long];
  if (wrong.length > 0) throw mistakes("data", `${what} is wrong:`, wrong);
}

/** What programs write for a missing value, and nobody as the name of a class among words. */
const writtenGap = /^(?:#n\/a|-?nan|<na>|nat)$/i;

/**
 * What a person should look at in the names of classes: those that differ only in case or width, such as
 * `Pos` and `pos`, which may be meant, and those that programs write for missing values.
 *
 * @example
 * ```ts
 * import { classNotes } from "./class_names.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(classNotes(["Pos", "neg", "pos"]), [
 *   'the classes "Pos" and "pos" differ only in case or width: are they one?',
 * ]);
 * ```
 */
export function classNotes(names: Iterable<string>): string[] {
  const different = [...new Set(names)];
  const alike = Map.groupBy(different, (name) => visibleText(name).normalize("NFKC").toLowerCase());
  const notes = [...alike.values()].filter((same) => same.length > 1).map((same) =>
    `the classes ${same.map(quoted).join(" and ")} differ only in case or width: are they one?`
  );
  const gaps = different.filter((name) => writtenGap.test(name)).map((name) =>
    `the class ${quoted(name)} is what programs write for a missing value: is it a class?`
  );
  return [...notes, ...gaps];
}

/** What is wrong with the list of names that a person gave, one line each. */
export function nameListMistakes(names: unknown): string[] {
  const isTexts = (list: unknown): list is string[] =>
    Array.isArray(list) &&
    list.every((name) => typeof name === "string" && visibleText(name) !== "");
  if (!isTexts(names) || names.length === 0) {
    return ["names must be a list of texts, one for each label"];
  }
  return [...Map.groupBy(names, visibleText).values()].filter((same) => same.length > 1)
    .map((same) => `names has ${same.map(quoted).join(" and ")}, which look the same`);
}
