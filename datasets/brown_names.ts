/**
 * Sentences of American English of 1961 with their proper names marked.
 *
 * @module
 */
import { brownFacts, brownSentences } from "./brown_sentences.ts";
import { type DataSet, dataSet, type DataSetOptions } from "./data_set.ts";

/** A proper noun, of any number, in a title, a headline or another language. */
const properNoun = /^(fw-)?nps?\b/;
const possessive = /^(fw-)?nps?\$/;

/**
 * 57,340 sentences with the columns `tokens`, `tags` (`B-NAME`, `I-NAME`, `O`), `document` and
 * `category`. A name is a run of words that people tagged as proper nouns (`np`, `nps`); a possessive
 * (Atlanta's) ends it. What the corpus counts as common nouns of a title is no part of a name: of
 * "Fulton County" only "Fulton" is; months and titles such as Mr. are proper nouns there.
 *
 * @example
 * ```ts
 * import { brownNames } from "tunebook/datasets";
 * import assert from "node:assert/strict";
 *
 * const table = await brownNames({ rows: 100, split: "test" });
 * const tags = new Set((table.array("tags") as string[][]).flat());
 * assert.deepEqual([...tags].sort(), ["B-NAME", "I-NAME", "O"]);
 * ```
 */
export const brownNames: DataSet<DataSetOptions, "token-classification"> = dataSet("brownNames", {
  title: "Brown corpus, proper names",
  description: "sentences of 500 American texts of 1961, their proper names marked as spans",
  ...brownFacts,
  task: "token-classification",
  columns: { tokens: "tokens", tags: "tags" },
}, {
  together: ["document"],
  read: async (folder) =>
    (await brownSentences(folder)).map(({ tokens, raw, document, category }) => ({
      tokens,
      tags: nameTags(raw),
      document,
      category,
    })),
});

/** The corpus' tags of a sentence → BIO tags (Ramshaw and Marcus, 1995; as in CoNLL-2002). */
export function nameTags(raw: readonly string[]): string[] {
  let inside = false;
  return raw.map((tag) => {
    if (!properNoun.test(tag)) {
      inside = false;
      return "O";
    }
    const written = inside ? "I-NAME" : "B-NAME";
    inside = !possessive.test(tag) && !tag.includes("+");
    return written;
  });
}
