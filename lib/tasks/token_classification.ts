/**
 * Token classification: a tag of each word, such as its part of speech, or names as spans of a text.
 *
 * @module
 */
import { refuseOptions, requireOptions } from "../core/check_options.ts";
import { tagParts } from "../nn/tags/tag_parts.ts";
import type { TagScheme } from "../nn/tags/tag_scheme.ts";
import { transitionMistakes } from "../nn/tags/transitions.ts";
import { pickRows } from "../table/source_rows.ts";
import type { Table } from "../table/table.ts";
import { absentLabels } from "./shared/split_labels.ts";
import { labelledWords, type TokenClassification } from "./token_classification/labelled_words.ts";
import {
  hasSpans,
  tokenClassificationMistakes,
  type TokenClassificationOptions,
} from "./token_classification/options.ts";
import { tagReader } from "./token_classification/reader.ts";
import { bracketed } from "./token_classification/show_tagged.ts";
import { tagClasses, tagLabels } from "./token_classification/tag_labels.ts";
import { readTaggedRows, type TaggedRow, tagsIn } from "./token_classification/tagged_rows.ts";
import { entitiesOf } from "../nn/tags/entities_of.ts";

const name = "token-classification";

/**
 * Tags of words. Rows are lists of words with a list of their tags (`readConll` reads such from files), or
 * texts with character spans, as annotation tools write them. Tags of entities may be BIO, IOB1,
 * IOBES, BILOU or IO, which is found out and checked; any others are learned word by word.
 *
 * A text that is too long for the model becomes several windows, which are merged in answers and scores.
 *
 * Throws an error of kind "input" with all options that make no sense.
 *
 * @example
 * ```ts
 * import { tableFromColumns, tokenClassification } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const task = tokenClassification({ text: "text", spans: "entities" });
 * const table = tableFromColumns({
 *   text: ["Alice met Bob."],
 *   entities: [[{ start: 0, end: 5, label: "PER" }, { start: 10, end: 13, label: "PER" }]],
 * });
 * assert.equal(task.preview(table, 0).label, "[Alice]PER met [Bob]PER.");
 * assert.deepEqual(task.read({ train: table, test: table }).labels, ["O", "B-PER", "I-PER"]);
 * ```
 */
export function tokenClassification(options: TokenClassificationOptions): TokenClassification {
  requireOptions(name, options);
  refuseOptions(name, tokenClassificationMistakes(options));
  const spans = hasSpans(options);
  const columns = spans ? [options.text, options.spans] : [options.tokens, options.tags];
  // Whether there are entities is only known from the rows, unless it was said.
  const entities = spans || (options.scheme !== undefined && options.scheme !== "plain");
  const read = (table: Table, where = "the table") => readTaggedRows(table, options, { where });
  const classes = (table: Table) => {
    const { rows, scheme } = read(table);
    // A table without entities does not tell the scheme.
    if (rows.every(({ tags }) => tags.every((tag) => tag === "O"))) return rows.map(() => []);
    return rows.map(({ tags }) => tagClasses(tags, scheme));
  };
  const task: TokenClassification = {
    name,
    kind: "tags",
    settings: { ...options },
    columns,
    metric: entities ? "entityF1" : "tokenAccuracy",
    lossSettings: ["labelSmoothing", "classWeights", "focalGamma"],
    checkRows: (table, where) => void read(table, where),
    checkSplit: (cut) => absentLabels(cut, columns[1], classes),
    read({ train, test, validation }) {
      const where = "the training data";
      const { rows, scheme: own } = read(train, where);
      const scheme = own === "IO" && !hasSpans(options) && options.scheme === undefined
        ? schemeWithHeld(
          rows.map(({ tags }) => tags),
          [test, validation].flatMap((table) => table ? tagsIn(table, options) : []),
        )
        : own;
      return labelled(tagLabels(rows, scheme, where), scheme);
    },
    withLabels: (labels) => labelled(labels),
    report: {
      texts: (table) => read(table).rows.map(({ text }) => text),
      classes,
    },
    hasMarks: (table) => classes(table).map((of) => of.length > 0),
    preview(table, row) {
      const { rows, scheme } = read(pickRows(table, [row]));
      const [own] = rows;
      return { text: own.text, label: bracketed(own.text, trueMarks(own, scheme)) };
    },
  };

  function labelled(labels: readonly string[], scheme?: TagScheme) {
    return {
      ...labelledWords({ task, options, labels, scheme }),
      reader: tagReader(options, labels),
    };
  }

  return Object.freeze(task);
}

/** IOB1 where only held-out rows happen to have its B, which is rare; else IO. */
function schemeWithHeld(
  rows: readonly (readonly string[])[],
  held: readonly (readonly string[])[],
): TagScheme {
  const begins = held.some((tags) => tags.some((tag) => tagParts(tag)?.prefix === "B"));
  const fits = [...rows, ...held].every((tags) => transitionMistakes(tags, "IOB1").length === 0);
  return begins && fits ? "IOB1" : "IO";
}

/** The entities of a row, or its words where tags are plain. */
function trueMarks({ words, tags }: TaggedRow, scheme: TagScheme) {
  // A single row without entities does not tell the scheme.
  if (tags.every((tag) => tag === "O")) return [];
  if (scheme === "plain") return words.map((word, at) => ({ ...word, label: tags[at] }));
  return entitiesOf(tags).map(({ type, start, end }) => ({
    label: type,
    start: words[start].start,
    end: words[end - 1].end,
  }));
}
