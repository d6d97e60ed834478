/**
 * The labels that a model chooses among.
 *
 * @module
 */
import { mistakes, TunebookError } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import { quoted } from "../../core/quoted.ts";
import { tagParts } from "../../nn/tags/tag_parts.ts";
import { schemePrefixes, type TagScheme } from "../../nn/tags/tag_scheme.ts";
import type { TaggedRow, TaggedRows } from "./tagged_rows.ts";

/** More different tags than this, and mostly single ones, are a column of something else. */
const manyTags = 200;

/**
 * The labels of the training rows: plain tags in natural order; of entities O and then, type by type,
 * all letters of the scheme, so that those which happen not to occur in the training rows are known.
 *
 * Throws a `TunebookError` of kind "data" where there is nothing to tell apart.
 */
export function tagLabels(
  rows: readonly TaggedRow[],
  scheme: TagScheme,
  where: string,
): string[] {
  const natural = new Intl.Collator("en", { numeric: true });
  const order = (a: string, b: string) => natural.compare(a, b) || (a < b ? -1 : 1);
  const tags = [...new Set(rows.flatMap((row) => row.tags))].sort(order);
  if (tags.length < 2) {
    throw new TunebookError(
      "data",
      `all words of ${where} have the tag ${quoted(tags[0])}; give rows with two or more`,
    );
  }
  const words = rows.reduce((sum, row) => sum + row.tags.length, 0);
  if (tags.length > manyTags && tags.length > words / 2) {
    throw new TunebookError(
      "data",
      `${words} words of ${where} have ${tags.length} different tags; is it the right column?`,
    );
  }
  if (scheme === "plain") return tags;
  const typeOf = (tag: string) => tag === "O" ? undefined : tag.slice(1);
  const suffixes = new Set(tags.map(typeOf).filter((suffix) => suffix !== undefined));
  return [
    "O",
    ...[...suffixes].sort(order).flatMap((suffix) =>
      [...schemePrefixes[scheme]].map((letter) => `${letter}${suffix}`)
    ),
  ];
}

/**
 * The number of each word's label, row by row. Throws one `TunebookError` of kind "data" that lists all
 * words with a tag that is no label.
 */
export function labelNumbers(
  { rows, source }: Pick<TaggedRows, "rows" | "source">,
  labels: readonly string[],
): Int32Array[] {
  const numberOf = new Map(labels.map((label, number) => [label, number]));
  const wrong: string[] = [];
  const numbers = rows.map(({ tags }, row) =>
    Int32Array.from(tags, (tag, word) => {
      const number = numberOf.get(tag);
      if (number === undefined) {
        wrong.push(
          `${source.nameOf(row)}, word ${word + 1}: ${quoted(tag)}${didYouMean(tag, labels)}`,
        );
      }
      return number ?? -1;
    })
  );
  if (wrong.length > 0) {
    throw mistakes("data", `${source.where} has tags that the model does not know:`, wrong);
  }
  return numbers;
}

/** What a row is counted under: the types of its entities, or its plain tags; each once. */
export function tagClasses(tags: readonly string[], scheme: TagScheme): string[] {
  if (scheme === "plain") return [...new Set(tags)];
  return [...new Set(tags.filter((tag) => tag !== "O").map((tag) => tagParts(tag)?.type ?? tag))];
}
