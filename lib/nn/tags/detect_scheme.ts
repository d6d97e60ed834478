/**
 * Which scheme the tags of a data set are written in.
 *
 * @module
 */
import { mistakes } from "../../core/errors.ts";
import { misspelledTags, spelledTag } from "./spelled_tag.ts";
import { tagParts } from "./tag_parts.ts";
import type { TagScheme } from "./tag_scheme.ts";
import { transitionMistakes } from "./transitions.ts";

/** Where `detectScheme` looks. */
export interface DetectOptions {
  /** What errors call the tags, `the column "tags" of the training data`. */
  readonly where?: string;
  /** What errors call a row, counted from 0; they say where a tag stands first only where it is given. */
  readonly nameOf?: (row: number) => string;
}

/**
 * The scheme of the tags of some rows. Of B, I and O alone they are BIO, or IOB1 where only that
 * explains every I; of I and O alone they are IO.
 *
 * Throws a `TunebookError` of kind "data" where some tags look like those of entities and others do
 * not, or letters of two schemes are mixed; and with `nameOf` also where all are tags of entities, but
 * spelled otherwise, as `b-per` or `B_PER`. A model's own labels may be spelled so, and are plain.
 */
export function detectScheme(
  rows: readonly (readonly string[])[],
  { where = "the tags", nameOf }: DetectOptions = {},
): TagScheme {
  const tags = [...new Set(rows.flat())];
  const placed = (tag: string) => {
    const row = rows.findIndex((each) => each.includes(tag));
    const place = nameOf ? `${nameOf(row)}, word ${rows[row].indexOf(tag) + 1}: ` : "";
    return place + JSON.stringify(tag);
  };
  const misspelled = nameOf ? misspelledTags(new Set(tags)) : [];
  if (misspelled.length > 0) {
    throw mistakes(
      "data",
      `${where} are those of entities, but not spelled "O" and as "B-PER"; correct these, or give ` +
        `scheme: "plain" to learn each word's tag by itself:`,
      misspelled.map(({ tag, right }) => `${placed(tag)} should be "${right}"`),
    );
  }
  const prefixes = new Set(tags.map((tag) => tagParts(tag)?.prefix));
  const entities = tags.filter((tag) => (tagParts(tag)?.prefix ?? "O") !== "O");
  const typed = entities.some((tag) => tag.length > 1);
  // A single letter may also be a part of speech; with a lone O beside it, it is a chunk's.
  if (entities.length === 0 || !(typed || prefixes.has("O"))) return "plain";
  const odd = tags.filter((tag) => tagParts(tag) === undefined);
  if (odd.length > 0) {
    if (!prefixes.has("O")) return "plain";
    throw mistakes(
      "data",
      `${where} are those of entities, such as "${entities[0]}" and "O", but not all; correct ` +
        `these, or give scheme: "plain" to learn each word's tag by itself:`,
      odd.map((tag) => {
        const right = spelledTag(tag);
        return placed(tag) + (right === undefined ? "" : ` (did you mean "${right}"?)`);
      }),
    );
  }
  const within = (letters: string) => [...prefixes].every((each) => `O${letters}`.includes(each!));
  if (within("I")) return "IO";
  if (within("BI")) {
    const fits = (scheme: TagScheme) =>
      rows.every((row) => transitionMistakes(row, scheme).length === 0);
    return !fits("BIO") && fits("IOB1") ? "IOB1" : "BIO";
  }
  if (within("BIES")) return "IOBES";
  if (within("BILU")) return "BILOU";
  throw mistakes("data", `${where} mix the letters of two schemes:`, [
    `${[...prefixes].sort().join(", ")} occur, but IOBES has B, I, E, S and BILOU has B, I, L, U`,
    ...nameOf
      ? [...prefixes].filter((each) => "ESLU".includes(each!))
        .map((each) => placed(entities.find((tag) => tagParts(tag)?.prefix === each)!))
      : [],
  ]);
}
