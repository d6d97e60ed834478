/**
 * Short chats about the meaning of English words, out of WordNet.
 *
 * @module
 */
import { oneOf } from "../lib/core/option_rules.ts";
import { type DataSet, dataSet, type DataSetOptions } from "./data_set.ts";
import { type Synset, wordnetFacts, wordnetSize, wordnetSynsets } from "./wordnet_synsets.ts";

/** What is asked. */
export interface DefinitionsOptions extends DataSetOptions {
  /**
   * `"definition"`: the user gives a word, the assistant says what it means. `"word"`: the user gives
   * a meaning, the assistant names the word. Every second synset in turn unless given.
   */
  ask?: "definition" | "word";
}

/** A turn of a chat. */
interface Message {
  role: "user" | "assistant";
  content: string;
}

/**
 * 117,791 chats of two turns, one for each meaning in WordNet, with the columns `messages` (a list of
 * `{ role, content }`), `word`, `partOfSpeech` and `synset` (`02084071-n`). What the user asks names
 * the part of speech, because many words are several.
 *
 * The option `split` keeps all chats about a word together.
 *
 * @example
 * ```ts
 * import { definitions } from "tunebook/datasets";
 * import assert from "node:assert/strict";
 *
 * const table = await definitions({ rows: 10, ask: "word", split: "test" });
 * const [{ messages }] = table.objects() as { messages: { role: string }[] }[];
 * assert.deepEqual(messages.map(({ role }) => role), ["user", "assistant"]);
 * ```
 */
export const definitions: DataSet<DefinitionsOptions, "chat"> = dataSet("definitions", {
  title: "WordNet, words and their meanings as chats",
  description: "a question about the meaning of a word or the word of a meaning, with its answer",
  ...wordnetFacts,
  task: "chat",
  columns: { messages: "messages" },
  rows: wordnetSize,
}, {
  together: ["word"],
  rules: { ask: oneOf(["definition", "word"]) },
  read: async (folder, { ask }) =>
    (await wordnetSynsets(folder)).map((synset, index) => ({
      messages: chatOf(synset, ask ?? (index % 2 === 0 ? "definition" : "word")),
      word: synset.words[0],
      partOfSpeech: synset.partOfSpeech,
      synset: synset.id,
    })),
});

function chatOf(
  { words: [word], partOfSpeech, definition }: Synset,
  ask: "definition" | "word",
): Message[] {
  const [question, answer] = ask === "definition"
    ? [`What does the ${partOfSpeech} "${word}" mean?`, definition]
    : [`Which ${partOfSpeech} means "${definition}"?`, word];
  return [{ role: "user", content: question }, { role: "assistant", content: answer }];
}
