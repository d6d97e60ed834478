/**
 * The rows of a table → texts with their words and tags.
 *
 * @module
 */
import { mistakes, TunebookError } from "../../core/errors.ts";
import { quoted, visibleText } from "../../core/quoted.ts";
import { checkClassNames } from "../../data/class_names.ts";
import { detectScheme } from "../../nn/tags/detect_scheme.ts";
import type { TagScheme } from "../../nn/tags/tag_scheme.ts";
import { transitionMistakes } from "../../nn/tags/transitions.ts";
import { columnValues, requireColumns } from "../../table/columns.ts";
import { type SourceRows, sourceRows } from "../../table/source_rows.ts";
import type { Table } from "../../table/table.ts";
import {
  hasSpans,
  type SpanScheme,
  type TaggedWordsOptions,
  type TextSpansOptions,
  type TokenClassificationOptions,
} from "./options.ts";
import { listOf, notList, readSpans, typeInWords } from "./read_spans.ts";
import { spanTags } from "./span_tags.ts";
import { splitWords, type Word } from "./split_words.ts";

/** A text with its words. */
export interface TextRow {
  readonly text: string;
  readonly words: readonly Word[];
  /** True where the words were given as a list: the text is these with a space between them. */
  readonly isList: boolean;
}

/** A row with the tag of each word. */
export interface TaggedRow extends TextRow {
  /** [words] */
  readonly tags: readonly string[];
}

/** The rows of a table and how their tags are written. */
export interface TaggedRows {
  readonly rows: readonly TaggedRow[];
  readonly scheme: TagScheme;
  /** What errors call the rows. */
  readonly source: SourceRows;
}

/** Where rows come from. */
export interface TaggedRowsOptions {
  /** What errors call the table. */
  readonly where: string;
  /** The scheme, where it is known; else it is that of the options, or found out. */
  readonly scheme?: TagScheme;
}

type Complain = (what: string) => void;

/**
 * Reads all rows with their tags. Throws one `TunebookError` of kind "data" that lists every row (from 1)
 * with anything wrong: no list, other numbers of words and tags, empty ones, spans that are outside of
 * the text, overlap, or begin or end inside of a word, tags in an order that the scheme does not allow.
 */
export function readTaggedRows(
  table: Table,
  options: TokenClassificationOptions,
  { where, scheme: known }: TaggedRowsOptions,
): TaggedRows {
  const spans = hasSpans(options);
  const columns = spans ? [options.text, options.spans] : [options.tokens, options.tags];
  requireColumns(table, columns, where);
  if (table.numRows() === 0) throw new TunebookError("data", `${where} has no rows`);
  const [firsts, seconds] = columns.map((name) => columnValues(table, name));
  const source = sourceRows(table, where);
  const { nameOf } = source;
  const wrong: string[] = [];
  const written: SpanScheme = (known ?? options.scheme ?? "BIO") as SpanScheme;
  const rows = firsts.map((first, row): TaggedRow => {
    const complain = (what: string) => wrong.push(`${nameOf(row)}: ${what}`);
    const read = textRow(first, { split: options.split ?? "words", isText: spans, complain });
    const tags = spans
      ? spanTags(
        read,
        readSpans(seconds[row], read.text, options.offsets ?? "codepoints", complain),
        written,
        complain,
        spanAdvice(read.text, options),
      )
      : tagList(seconds[row], read.words.length, options.names, complain);
    return { ...read, tags };
  });
  refuse(wrong, columns, source.where, rows.length);
  checkClassNames(rows.map(({ tags }) => tags), {
    what: `the column ${quoted(columns[1])} of ${source.where}`,
    source,
  });
  if (spans) return { rows, scheme: written, source };
  const scheme = known ?? options.scheme ??
    detectScheme(rows.map(({ tags }) => tags), {
      where: `the tags in ${quoted(options.tags)} of ${source.where}`,
      nameOf,
    });
  rows.forEach(({ tags }, row) => {
    for (const what of transitionMistakes(tags, scheme)) wrong.push(`${nameOf(row)}, ${what}`);
  });
  refuse(wrong, [options.tags], source.where, rows.length, scheme);
  return { rows, scheme, source };
}

/** What to do about a span that begins or ends inside of a word. */
function spanAdvice(text: string, { split, offsets = "codepoints" }: TextSpansOptions): string {
  const other = offsets === "codepoints" ? "utf16" : "codepoints";
  const differ = /[\ud800-\udbff][\udc00-\udfff]/.test(text)
    ? `; offsets count ${offsets}, which differ from ${other} after a character such as 😀`
    : "";
  return differ +
    (split === "characters" ? "" : '; where spans are parts of words, set split: "characters"');
}

/** The tags that rows have as far as they can be read; nothing is wrong with the others here. */
export function tagsIn(table: Table, { tags, names }: TaggedWordsOptions): string[][] {
  return columnValues(table, tags).map((value) => tagList(value, undefined, names, () => {}));
}

/** Rows without their tags: each is a text or a list of words. */
export function readTextRows(
  table: Table,
  options: TokenClassificationOptions,
  where: string,
): { readonly rows: TextRow[]; readonly source: SourceRows } {
  const column = hasSpans(options) ? options.text : options.tokens;
  requireColumns(table, [column], where);
  const source = sourceRows(table, where);
  const wrong: string[] = [];
  const rows = columnValues(table, column).map((value, row) =>
    textRow(value, {
      split: options.split ?? "words",
      isText: typeof value === "string",
      complain: (what) => wrong.push(`${source.nameOf(row)}: ${what}`),
    })
  );
  refuse(wrong, [column], source.where, rows.length);
  return { rows, source };
}

interface TextRowOptions {
  readonly split: NonNullable<TokenClassificationOptions["split"]>;
  readonly isText: boolean;
  readonly complain: Complain;
}

const noText: TextRow = { text: "", words: [], isList: true };

function textRow(value: unknown, { split, isText, complain }: TextRowOptions): TextRow {
  if (isText) {
    if (typeof value === "string" && value.trim() !== "") {
      return { text: value, words: splitWords(value, split), isList: false };
    }
    complain(typeof value === "string" ? "an empty text" : `${typeInWords(value)}, not a text`);
    return noText;
  }
  const list = listOf(value);
  if (!list) {
    complain(`the words are ${notList(value)}`);
    return noText;
  }
  if (list.length === 0) complain("no words");
  list.forEach((word, at) => {
    if (typeof word !== "string") complain(`word ${at + 1} is ${typeInWords(word)}, not a text`);
    else if (word.trim() === "") complain(`word ${at + 1} is empty`);
  });
  let start = 0;
  const words = list.map((word) => {
    const own = { start, end: start + String(word).length };
    start = own.end + 1;
    return own;
  });
  return { text: list.map(String).join(" "), words, isList: true };
}

/** The tags of a row, as a list or as JSON of one, without blanks around them. */
function tagList(
  value: unknown,
  words: number | undefined,
  names: readonly string[] | undefined,
  complain: Complain,
): string[] {
  const list = listOf(value);
  if (!list) {
    complain(`the tags are ${notList(value)}`);
    return [];
  }
  if (words !== undefined && list.length !== words) {
    complain(`${words} words, but ${list.length} tags`);
  }
  return list.map((tag, at) => {
    if (typeof tag === "bigint" || Number.isSafeInteger(tag)) {
      if (!names) return String(tag);
      const name = names[Number(tag)];
      if (name === undefined) complain(`word ${at + 1}: tag ${tag} has no name of ${names.length}`);
      return name ?? "";
    }
    if (typeof tag !== "string") {
      complain(
        `word ${at + 1}: its tag is ${typeInWords(tag)}, not a text` +
          (typeof tag === "number" ? " or a whole number" : ""),
      );
    } else if (visibleText(tag) === "") complain(`word ${at + 1}: an empty tag`);
    return String(tag).trim();
  });
}

function refuse(
  wrong: readonly string[],
  columns: readonly string[],
  where: string,
  rows: number,
  scheme?: TagScheme,
): void {
  if (wrong.length === 0) return;
  const count = new Set(wrong.map((line) => /^row \d+/.exec(line)![0])).size;
  const names = columns.map(quoted).join(" and ");
  throw mistakes(
    "data",
    `correct or remove these ${count} of ${rows} rows of ${where}, columns ${names}` +
      (scheme ? ` (tags of ${scheme}; "plain" learns them as they are):` : ":"),
    wrong,
  );
}
