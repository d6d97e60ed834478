/**
 * Text to text, translation and summarization on a command line.
 *
 * @module
 */
import { columnFlag, type TaskFlag } from "../shared/task_flag.ts";

const shared: readonly TaskFlag[] = [
  { name: "prefix", value: "text", what: 'what every source begins with, "summarize: "' },
  {
    name: "maxTargetTokens",
    value: "number",
    what: "the most tokens of a target (as many as of a source)",
  },
];

const pair: readonly TaskFlag[] = [
  columnFlag("source", "the column of what the model reads"),
  columnFlag("target", "the column of what it is to write"),
];

/** The options of text2text as flags. */
export const text2textFlags: readonly TaskFlag[] = [...pair, ...shared];

/** Those of translation. */
export const translationFlags: readonly TaskFlag[] = [
  ...pair,
  {
    name: "sourceLanguage",
    value: "text",
    what: "the source's language as the tokenizer names it (mBART), en_XX",
  },
  { name: "targetLanguage", value: "text", what: "the target's; for Marian deu of >>deu<<" },
  ...shared,
];

/** Those of summarization. */
export const summarizationFlags: readonly TaskFlag[] = [
  columnFlag("text", "the column of the long text"),
  columnFlag("summary", "the column of its summary"),
  {
    name: "language",
    value: "text",
    what: "the language as the tokenizer names it (mBART), en_XX",
  },
  ...shared,
];
