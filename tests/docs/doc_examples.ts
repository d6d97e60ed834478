/**
 * The examples in comments and documents, as `deno test --doc` finds them: blocks of TypeScript in
 * JSDoc comments of source files and in Markdown files, without those that say `ignore`.
 *
 * @module
 */

/** An example of a file. */
export interface DocExample {
  /** The line of the fence above the code, from 1. */
  readonly from: number;
  /** The line of the fence below it. */
  readonly to: number;
  readonly code: string;
}

const comment = /\/\*\*(?!\/)[^]*?\*\//g;
const block = /^[ \t]*```(?:ts|typescript)\b([^\n]*)\n([^]*?)^[ \t]*```[ \t]*$/gm;

/** The examples of the file `path` with the content `text`, in the order in which they stand. */
export function docExamples(path: string, text: string): DocExample[] {
  return path.endsWith(".md") ? blocksOf(text, 1) : [...text.matchAll(comment)].flatMap(
    ({ 0: found, index }) => blocksOf(found.replace(/^[ \t]*\* ?/gm, ""), lineAt(text, index)),
  );
}

/** The blocks of a text whose first line has the number `first` in the file. */
function blocksOf(text: string, first: number): DocExample[] {
  return [...text.matchAll(block)].filter(([, info]) => !/\bignore\b/.test(info))
    .map(({ 0: whole, 2: code, index }) => ({
      from: first + lineAt(text, index) - 1,
      to: first + lineAt(text, index + whole.length) - 1,
      code,
    }));
}

/** The number of the line in which the character at `offset` stands, from 1. */
function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}
