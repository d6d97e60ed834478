/**
 * A data set by its name, with its options, as plan files and the command line write it.
 *
 * @module
 */
import { TunebookError } from "../lib/core/errors.ts";
import type { Table } from "../lib/table/table.ts";
import { brownNames } from "./brown_names.ts";
import { brownTags } from "./brown_tags.ts";
import type { DataSet } from "./data_set.ts";
import { definitions } from "./definitions.ts";
import { emailSubjects } from "./email_subjects.ts";
import { emoji } from "./emoji.ts";
import { emojiScenes } from "./emoji_scenes.ts";
import { interfaceMessages } from "./interface_messages.ts";
import { poems } from "./poems.ts";
import { sentiment } from "./sentiment.ts";
import { spam } from "./spam.ts";
import { tangPoems } from "./tang_poems.ts";
import { typescriptMessages } from "./typescript_messages.ts";
import { wordnetPairs } from "./wordnet_pairs.ts";
import { wordnetQuestions } from "./wordnet_questions.ts";

/**
 * All data sets by the names that plan files and the command line use.
 *
 * @example
 * ```ts
 * import { dataSets } from "tunebook/datasets";
 * import assert from "node:assert/strict";
 *
 * const { card } = dataSets.brownNames;
 * assert.equal(card.task, "token-classification");
 * assert.deepEqual(card.columns, { tokens: "tokens", tags: "tags" });
 * ```
 */
export const dataSets: Readonly<Record<string, DataSet>> = {
  sentiment,
  spam,
  brownTags,
  brownNames,
  wordnetQuestions,
  wordnetPairs,
  definitions,
  typescriptMessages,
  interfaceMessages,
  emailSubjects,
  emoji,
  emojiScenes,
  poems,
  tangPoems,
};

/** A data set with its options. */
export interface FoundDataSet {
  readonly name: string;
  readonly card: DataSet["card"];
  /** Reads the rows that the options choose. */
  read(): Promise<Table>;
}

/**
 * `sentiment`, or with options `brownTags?rows=6000&split=train`; `undefined` where the text before
 * the question mark is no data set's name. Options are checked when the rows are read; one that is
 * given twice, or without a value, is an error of kind "input" at once.
 *
 * @example
 * ```ts
 * import { findDataSet } from "tunebook/datasets";
 * import assert from "node:assert/strict";
 *
 * const found = findDataSet("sentiment?rows=200");
 * assert.equal((await found!.read()).numRows(), 200);
 * assert.equal(findDataSet("reviews.csv"), undefined);
 * ```
 */
export function findDataSet(source: string): FoundDataSet | undefined {
  const [name] = source.split("?", 1);
  if (!Object.hasOwn(dataSets, name)) return undefined;
  const set = dataSets[name];
  const options = optionsOf(source.slice(name.length + 1), source);
  return { name, card: set.card, read: () => set(options) };
}

/** `rows=6000&split=train` → its values: numbers where they are written as such. */
function optionsOf(query: string, source: string): Record<string, string | number> {
  const options: Record<string, string | number> = {};
  for (const [key, value] of new URLSearchParams(query)) {
    if (value === "" || Object.hasOwn(options, key)) {
      const what = value === "" ? "has no value" : "is given twice";
      throw new TunebookError("input", `the option ${key} of "${source}" ${what}`);
    }
    options[key] = Number.isNaN(Number(value)) ? value : Number(value);
  }
  return options;
}
