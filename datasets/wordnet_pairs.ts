/**
 * Definitions of English words, each with a sentence that uses the word or with the word itself.
 *
 * @module
 */
import { type DataSet, dataSet, type DataSetOptions } from "./data_set.ts";
import { oneOf } from "../lib/core/option_rules.ts";
import { wordnetFacts, wordnetSynsets } from "./wordnet_synsets.ts";

/** What stands beside a definition. */
export interface WordnetPairsOptions extends DataSetOptions {
  /** An example sentence (48,571 pairs) or a word (207,272 pairs); sentences unless given. */
  positive?: "example" | "word";
}

/**
 * 48,571 pairs with the columns `anchor` (a definition), `positive` (one of its example sentences),
 * `synset` (`02084071-n`) and `partOfSpeech`.
 *
 * A definition has several sentences, so that rows drawn at random for testing would have been read
 * in training: the option `split` keeps synsets whole, and with them any that share a definition or
 * a sentence.
 *
 * @example
 * ```ts
 * import { wordnetPairs } from "tunebook/datasets";
 * import assert from "node:assert/strict";
 *
 * const table = await wordnetPairs({ rows: 50, split: "test", positive: "word" });
 * assert.deepEqual(table.columnNames(), ["anchor", "positive", "synset", "partOfSpeech"]);
 * ```
 */
export const wordnetPairs: DataSet<WordnetPairsOptions, "sentence-embeddings"> = dataSet(
  "wordnetPairs",
  {
    title: "WordNet, definitions and example sentences",
    description: "a definition and a sentence that uses a word with this meaning",
    ...wordnetFacts,
    task: "sentence-embeddings",
    columns: { anchor: "anchor", positive: "positive" },
    rows: 48_571,
  },
  {
    together: ["synset", "anchor", "positive"],
    rules: { positive: oneOf(["example", "word"]) },
    isWhole: ({ positive = "example" }) => positive === "example",
    read: async (folder, { positive = "example" }) =>
      (await wordnetSynsets(folder)).flatMap(({ id, partOfSpeech, definition, words, examples }) =>
        (positive === "example" ? examples : words).map((text) => ({
          anchor: definition,
          positive: text,
          synset: id,
          partOfSpeech,
        }))
      ),
  },
);
