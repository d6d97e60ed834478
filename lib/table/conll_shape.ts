/**
 * What the lines of a file of CoNLL columns are: words, comments, or such that are left out.
 *
 * @module
 */

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
  /**
   * Whether lines that begin with `#` and a blank are comments; false says that no line is one. Unless
   * given, lines are that have more or fewer columns than the words, and before a sentence also those
   * that have in no column what other lines have there, such as a tag.
   */
  readonly comments?: boolean;
}

/** CoNLL-U has ten columns. */
const universalColumns = 10;

/** What a line is; unclear are those that begin with # and may be a comment or a word. */
export type LineRole = "word" | "comment" | "leftOut" | "unclear";

const mark = "#";

/** The cells after the first, each with the number of its column. */
const namedCells = (cells: readonly string[]) =>
  cells.slice(1).map((cell, column) => `${column} ${cell}`);

/** How the lines of a file are read. */
export interface ConllShape {
  /** Columns of a word's line, at least. */
  readonly columns: number;
  /** Counted from 0, or from −1 for the last one. */
  readonly tokens: number;
  readonly tags: number;
  split(line: string): string[];
  roleOf(line: string, cells: readonly string[]): LineRole;
}

/** Finds out how the lines of a file are read. */
export function conllShape(lines: readonly string[], options: ConllOptions): ConllShape {
  const isEmpty = (line: string) => line.trim() === "" || line.startsWith("-DOCSTART-");
  const first = lines.find((line) => !isEmpty(line) && !line.startsWith("#")) ??
    lines.find((line) => !isEmpty(line)) ?? "";
  const byTab = options.separator ? options.separator === "tab" : first.includes("\t");
  const split = (line: string) =>
    (byTab ? line.trimEnd().split("\t") : line.replace(/^[ \t]+|[ \t]+$/g, "").split(/[ \t]+/))
      .map((cell) => cell.trim());
  const columns = split(first).length;
  const isUniversal = byTab && columns === universalColumns &&
    /^\d+([-.]\d+)?$/.test(split(first)[0]);
  const { tokens = isUniversal ? 2 : 1, tags = isUniversal ? 4 : -1, comments } = options;
  const indexOf = (column: number) => column > 0 ? column - 1 : column;
  // Made where it is first needed: few files have lines that begin with #.
  let known: ReadonlySet<string> | undefined;
  const taggedAlike = (cells: readonly string[]) => {
    known ??= new Set(
      lines.map(split).filter((other) => other[0] !== mark && other.length === columns)
        .flatMap(namedCells),
    );
    return namedCells(cells).some((name) => known!.has(name)) ||
      // The part of speech of # may be # itself, as that of other punctuation is.
      cells.slice(1).some((cell) => cell === mark || /^[BIESLU]-./.test(cell));
  };
  return {
    columns: Math.max(2, columns, Math.abs(tokens), Math.abs(tags)),
    tokens: indexOf(tokens),
    tags: indexOf(tags),
    split,
    roleOf(line, cells) {
      if (isUniversal) {
        if (/^\d+[-.]\d+$/.test(cells[0])) return "leftOut";
        return line.startsWith(mark) ? "comment" : "word";
      }
      if (!line.startsWith(mark) || comments === false) return "word";
      if (cells.length !== columns || (comments && cells[0] === mark)) return "comment";
      return cells[0] !== mark || taggedAlike(cells) ? "word" : "unclear";
    },
  };
}
