/**
 * Sentences of film, restaurant and product reviews, half of them negative.
 *
 * @module
 */
import { type DataSet, dataSet, type DataSetOptions, readPackageJson } from "./data_set.ts";

interface Sentence {
  text: string;
  /** Null in the last entry of each file, which ends the list. */
  class: 0 | 1 | null;
}

const sources = ["imdb", "yelp", "amazon"];

/**
 * 3,000 review sentences with the columns `text`, `class` ("negative" or "positive", 1,500 each)
 * and `source` ("imdb", "yelp" or "amazon", 1,000 each).
 *
 * @example
 * ```ts
 * import { sentiment } from "tunebook/datasets";
 * import assert from "node:assert/strict";
 *
 * const table = await sentiment();
 * assert.equal(table.numRows(), 3000);
 * assert.equal(table.filter((row: { class: string }) => row.class === "positive").numRows(), 1500);
 * ```
 */
export const sentiment: DataSet<DataSetOptions, "text-classification"> = dataSet("sentiment", {
  title: "Sentiment Labelled Sentences",
  description: "sentences of reviews from imdb.com, yelp.com and amazon.com with their sentiment",
  package: { name: "sentiment", version: "5.0.2" },
  source: "https://archive.ics.uci.edu/dataset/331/sentiment+labelled+sentences",
  licence: "CC BY 4.0 (the sentences, UCI Machine Learning Repository); MIT (the package)",
  citation: "Kotzias, Denil, de Freitas and Smyth, From Group to Individual Labels using Deep " +
    "Features, KDD 2015",
  task: "text-classification",
  columns: { text: "text", label: "class" },
  rows: 3000,
}, {
  read: async (folder) => {
    const rows = [];
    for (const source of sources) {
      const sentences = await readPackageJson(folder, `test/fixtures/${source}.json`) as Sentence[];
      for (const sentence of sentences) {
        if (sentence.class === null) continue;
        const name = sentence.class === 1 ? "positive" : "negative";
        rows.push({ text: sentence.text.trim(), class: name, source });
      }
    }
    return rows;
  },
});
