/**
 * Token classification on a command line.
 *
 * @module
 */
import { columnFlag, type TaskFlag } from "../shared/task_flag.ts";

/** The options as flags. */
export const tokenClassificationFlags: readonly TaskFlag[] = [
  columnFlag("tokens", "rows of words: the column of the list of words"),
  columnFlag("tags", "the column of the list of their tags"),
  { name: "names", value: "list", what: "the names of tags that are numbers, from 0" },
  columnFlag("text", "rows of texts: the column of the text"),
  columnFlag("spans", "the column of the list of entities, { start, end, label }"),
  { name: "offsets", value: "text", what: "what offsets count: codepoints, utf16 (codepoints)" },
  { name: "scheme", value: "text", what: "BIO, IOBES, BILOU, IO, plain (that of the tags)" },
  { name: "subwords", value: "text", what: "tokens of a word: first, all, average (first)" },
  { name: "aggregation", value: "text", what: "none, simple, first, average, max (first)" },
  { name: "split", value: "text", what: "a text's words: words, spaces, characters (words)" },
  { name: "stride", value: "number", what: "tokens that windows of a long text share (a quarter)" },
];
