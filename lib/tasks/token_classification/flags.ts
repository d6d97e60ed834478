/**
 * Token classification on a command line.
 *
 * @module
 */
import { columnFlag, type TaskFlag } from "../shared/task_flag.ts";

/** The options as flags. */
export const tokenClassificationFlags: readonly TaskFlag[] = [
  columnFlag("tokens", "the column with the words of each row, a list"),
  columnFlag("tags", "the column with the tag of each word"),
  { name: "names", value: "list", what: "the names of tags that are numbers, from 0" },
  columnFlag("text", "instead of tokens: the column of the text"),
  columnFlag("spans", "instead of tags: the column with { start, end, label } of each entity"),
  { name: "offsets", value: "text", what: "what starts and ends count: codepoints, utf16" },
  { name: "scheme", value: "text", what: "BIO, IOBES, BILOU, IO or plain; found out unless given" },
  { name: "subwords", value: "text", what: "which tokens of a word learn: first, all, average" },
  { name: "aggregation", value: "text", what: "none, simple, first, average, max" },
  { name: "split", value: "text", what: "what a text's words are: words, spaces, characters" },
  { name: "stride", value: "number", what: "tokens that windows of a long text share" },
];
