/**
 * CoNLL columns: one word a line with its tags, an empty line after each sentence.
 *
 * @module
 */
import { mistakes } from "../core/errors.ts";
import { decodeText } from "./decode_text.ts";
import { readSource } from "./read_source.ts";
import { type Table, tableFromColumns } from "./table.ts";

/** Which columns to read, counted from 1, or from −1 for the last one. */
export interface ConllOptions {
  /** The column of the words; the first, and in CoNLL-U the second, unless given. */
  readonly tokens?: number;
  /** The column of the tags; the last, and in CoNLL-U the fourth (`UPOS`), unless given. */
  readonly tags?: number;
  /**
   * What stands between columns: a tab where the first word's line has one, and any blanks elsewhere,
   * unless given.
   */
  readonly separator?: "tab" | "space";
}

/** How to read a file of CoNLL columns. */
export interface ReadConllOptions extends ConllOptions {
  /** How long to wait for the next byte of a download, in seconds; 30 unless given. */
  readonly timeoutSeconds?: number;
  /** Stops a download with an error of kind "interrupted". */
  readonly signal?: AbortSignal | undefined;
}

const defaultTimeoutSeconds = 30;
/** CoNLL-U has ten columns. */
const universalColumns = 10;

/**
 * Reads the sentences of a file or URL of CoNLL columns: a table with a list of words in each row's
 * `tokens` and a list of their tags in `tags`. Empty lines part sentences, as do `-DOCSTART-` lines,
 * which are left out; a line that begins with # and has more or fewer columns than the words is a comment. Of
 * CoNLL-U the lines of multiword tokens (`1-2`) and empty nodes (`1.1`) are left out.
 *
 * Throws a `TunebookError` of kind "data" that lists all lines with too few or too many columns, and of kind
 * "input" for columns that are no whole numbers.
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
  const { timeoutSeconds = defaultTimeoutSeconds, signal, ...columns } = options;
  const { bytes } = await readSource(source, { timeoutSeconds, signal });
  return parseConll(decodeText(bytes, source), { ...columns, where: source });
}

/** The same of a text; `where` is what errors call it. */
export function parseConll(
  text: string,
  { where = "the text", ...options }: ConllOptions & { readonly where?: string } = {},
): Table {
  checkOptions(options);
  const lines = text.split(/\r\n|[\n\r]/);
  const shape = shapeOf(lines, options);
  const tokens: string[][] = [];
  const tags: string[][] = [];
  const wrong: string[] = [];
  let inSentence = false;
  for (const [number, line] of lines.entries()) {
    const cells = shape.split(line);
    if (line.trim() === "" || cells[0] === "-DOCSTART-") inSentence = false;
    else if (!shape.isWord(line, cells)) continue;
    else {
      const [word, tag] = [cells.at(shape.tokens), cells.at(shape.tags)];
      if (!word || !tag || cells.length !== shape.columns) {
        wrong.push(
          `line ${number + 1}: ${JSON.stringify(line)} has ${cells.length} columns, not ` +
            `${shape.columns}, or an empty one`,
        );
        continue;
      }
      if (!inSentence) {
        tokens.push([]);
        tags.push([]);
      }
      inSentence = true;
      tokens.at(-1)!.push(word);
      tags.at(-1)!.push(tag);
    }
  }
  if (wrong.length > 0) throw mistakes("data", `${where} is not in CoNLL columns:`, wrong);
  return tableFromColumns({ tokens, tags }, where);
}

/** How the lines of a file are read. */
interface ConllShape {
  /** Columns of a word's line, at least. */
  readonly columns: number;
  /** Counted from 0, or from −1 for the last one. */
  readonly tokens: number;
  readonly tags: number;
  split(line: string): string[];
  isWord(line: string, cells: readonly string[]): boolean;
}

function shapeOf(lines: readonly string[], options: ConllOptions): ConllShape {
  const isEmpty = (line: string) => line.trim() === "" || line.startsWith("-DOCSTART-");
  const first = lines.find((line) => !isEmpty(line) && !line.startsWith("#")) ??
    lines.find((line) => !isEmpty(line)) ?? "";
  const byTab = options.separator ? options.separator === "tab" : first.includes("\t");
  const split = (line: string) => byTab ? line.trimEnd().split("\t") : line.trim().split(/\s+/);
  const columns = split(first).length;
  const isUniversal = byTab && columns === universalColumns &&
    /^\d+([-.]\d+)?$/.test(split(first)[0]);
  const { tokens = isUniversal ? 2 : 1, tags = isUniversal ? 4 : -1 } = options;
  const indexOf = (column: number) => column > 0 ? column - 1 : column;
  return {
    columns: Math.max(2, columns, Math.abs(tokens), Math.abs(tags)),
    tokens: indexOf(tokens),
    tags: indexOf(tags),
    split,
    isWord: (line, cells) =>
      !(line.startsWith("#") && cells.length !== columns) &&
      !(isUniversal && (line.startsWith("#") || /^\d+[-.]\d+$/.test(cells[0]))),
  };
}

function checkOptions({ tokens, tags, separator, ...others }: ConllOptions): void {
  const wrong = Object.entries({ tokens, tags }).flatMap(([name, column]) =>
    column === undefined || (Number.isSafeInteger(column) && column !== 0)
      ? []
      : [`${name} is ${column}, but must be a column's number from 1, or from −1 for the last`]
  );
  if (separator !== undefined && separator !== "tab" && separator !== "space") {
    wrong.push(`separator is ${JSON.stringify(separator)}, but must be "tab" or "space"`);
  }
  for (const name of Object.keys(others)) {
    wrong.push(`there is no option "${name}"; they are tokens, tags and separator`);
  }
  if (wrong.length > 0) throw mistakes("input", "the CoNLL columns cannot be read:", wrong);
}
