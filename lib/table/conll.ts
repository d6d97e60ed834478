/**
 * CoNLL columns: one word a line with its tags, an empty line after each sentence.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import {
  abortSignal,
  oneOf,
  positive,
  type Rule,
  type Rules,
  yesOrNo,
} from "../core/option_rules.ts";
import { mistakes } from "../core/errors.ts";
import { type ConllOptions, conllShape } from "./conll_shape.ts";
import { decodeText } from "./decode_text.ts";
import { readSource } from "../core/read_source.ts";
import { type Table, tableFromColumns } from "./table.ts";

export type { ConllOptions } from "./conll_shape.ts";

/** How to read a file of CoNLL columns. */
export interface ReadConllOptions extends ConllOptions {
  /** How long to wait for the next byte of a download, in seconds; 30 unless given. */
  readonly timeoutSeconds?: number;
  /** Stops a download with an error of kind "interrupted". */
  readonly signal?: AbortSignal | undefined;
}

const defaultTimeoutSeconds = 30;
const column: Rule = [
  "a column's number from 1, or from −1 for the last",
  (value) => Number.isSafeInteger(value) && value !== 0,
];
const rules: Rules<ReadConllOptions> = {
  tokens: column,
  tags: column,
  separator: oneOf(["tab", "space"]),
  comments: yesOrNo,
  timeoutSeconds: positive,
  signal: abortSignal,
};

/**
 * Reads the sentences of a file or URL of CoNLL columns: a table with a list of words in each row's
 * `tokens` and a list of their tags in `tags`. Empty lines part sentences, as do `-DOCSTART-` lines,
 * which are left out, as are comments such as `# doc 1` (see `ConllOptions.comments`). Columns are parted
 * by spaces and tabs; a no-break space is a part of its word. Of CoNLL-U the lines of multiword tokens
 * (`1-2`) and empty nodes (`1.1`) are left out.
 *
 * Throws a `TunebookError` of kind "data" that lists all lines with too few or too many columns, and those
 * that may be a comment or a word; and of kind "input" for columns that are no whole numbers.
 *
 * @example
 * ```ts
 * import { readConll } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const path = await Deno.makeTempFile();
 * await Deno.writeTextFile(path, "Alice NNP B-PER\nsleeps VBZ O\n\nBob NNP B-PER\n");
 * const table = await readConll(path);
 * assert.deepEqual(table.array("tokens"), [["Alice", "sleeps"], ["Bob"]]);
 * assert.deepEqual(table.array("tags"), [["B-PER", "O"], ["B-PER"]]);
 * await Deno.remove(path);
 * ```
 */
export async function readConll(source: string, options: ReadConllOptions = {}): Promise<Table> {
  checkOptions("readConll", options, rules);
  const { timeoutSeconds = defaultTimeoutSeconds, signal, ...columns } = options;
  const { bytes } = await readSource(source, { timeoutSeconds, signal });
  return parseConll(decodeText(bytes, source), { ...columns, where: source });
}

/** The same of a text; `where` is what errors call it. */
export function parseConll(
  text: string,
  { where = "the text", ...options }: ConllOptions & { readonly where?: string } = {},
): Table {
  checkOptions("readConll", options, rules);
  const lines = text.split(/\r\n|[\n\r]/);
  const shape = conllShape(lines, options);
  const tokens: string[][] = [];
  const tags: string[][] = [];
  const wrong: string[] = [];
  let inSentence = false;
  for (const [number, line] of lines.entries()) {
    const cells = shape.split(line);
    if (line.trim() === "" || cells[0] === "-DOCSTART-") {
      inSentence = false;
      continue;
    }
    const role = shape.roleOf(line, cells);
    const isComment = role === "comment" || (role === "unclear" && !inSentence);
    if (isComment || role === "leftOut") continue;
    const [word, tag] = [cells.at(shape.tokens), cells.at(shape.tags)];
    const mistake = role === "unclear"
      ? unclear(tag)
      : mistakeOf(line, cells, shape.columns, word, tag);
    if (mistake) {
      wrong.push(`line ${number + 1}: ${JSON.stringify(line)} ${mistake}`);
      continue;
    }
    if (!inSentence) {
      tokens.push([]);
      tags.push([]);
    }
    inSentence = true;
    tokens.at(-1)!.push(word!);
    tags.at(-1)!.push(tag!);
  }
  if (wrong.length > 0) throw mistakes("data", `${where} is not in CoNLL columns:`, wrong);
  return tableFromColumns({ tokens, tags }, where);
}

/** White space that parts no columns, such as the no-break space of web pages. */
const oddBlank = /[^\S \t]/u;

function mistakeOf(
  line: string,
  cells: readonly string[],
  columns: number,
  word: string | undefined,
  tag: string | undefined,
): string | undefined {
  const odd = oddBlank.exec(line)?.[0];
  const blamed = odd === undefined ? "" : `${nameOfBlank(odd)}, which parts no columns`;
  if (!word || !tag || cells.length !== columns) {
    return `has ${cells.length} column${
      cells.length === 1 ? "" : "s"
    }, not ${columns}, or an empty one` +
      (blamed && `; it has ${blamed}`);
  }
  return oddBlank.test(tag) ? `has in its tag ${blamed}` : undefined;
}

function nameOfBlank(blank: string): string {
  const code = blank.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
  return `${code === "00A0" ? "a no-break space" : "a blank of another kind"} (U+${code})`;
}

const unclear = (tag: string | undefined) =>
  `may be a comment, or the word "#" with the tag "${tag}", which no other line has; write comments ` +
  "before a sentence, or give comments: true or false";
