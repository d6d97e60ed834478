/**
 * Sentences of American English of 1961, each word with its part of speech.
 *
 * @module
 */
import { brownFacts, brownSentences } from "./brown_sentences.ts";
import { brownBaseTag, brownPartOfSpeech } from "./brown_tag.ts";
import { type DataSet, dataSet, type DataSetOptions } from "./data_set.ts";

/**
 * 57,340 sentences with the columns `tokens`, `tags` (one of twelve parts of speech each, see
 * {@link partsOfSpeech}), `base` (one of 82 tags each), `raw` (the corpus' own tags, 472 of them),
 * `document` (500 of them, `ca01`) and `category` (15, `news`). To train on the finer tags, name
 * the column `base` instead of `tags`.
 *
 * Sentences of one document share names and subjects: the option `split` keeps documents whole.
 *
 * @example
 * ```ts
 * import { brownTags } from "tunebook/datasets";
 * import assert from "node:assert/strict";
 *
 * const table = await brownTags({ rows: 100 });
 * assert.equal(table.numRows(), 100);
 * assert.equal(table.get("tokens", 0).length, table.get("tags", 0).length);
 * ```
 */
export const brownTags: DataSet<DataSetOptions, "token-classification"> = dataSet("brownTags", {
  title: "Brown corpus, parts of speech",
  description: "sentences of 500 American texts of 1961, each word with its part of speech",
  ...brownFacts,
  task: "token-classification",
  columns: { tokens: "tokens", tags: "tags" },
}, {
  together: ["document"],
  read: async (folder) => {
    const base = remembered(brownBaseTag);
    const part = remembered(brownPartOfSpeech);
    return (await brownSentences(folder)).map(({ tokens, raw, document, category }) => ({
      tokens,
      tags: raw.map(part),
      base: raw.map(base),
      raw,
      document,
      category,
    }));
  },
});

/** A million words have 472 tags. */
function remembered(simplify: (raw: string) => string): (raw: string) => string {
  const known = new Map<string, string>();
  return (raw) => {
    let simple = known.get(raw);
    if (simple === undefined) known.set(raw, simple = simplify(raw));
    return simple;
  };
}
