/**
 * Notebook files: cells and outputs, made and read for tests.
 *
 * @module
 */

/** What a cell left, in the words of the notebook format. */
export interface Output {
  readonly output_type: "stream" | "display_data" | "execute_result" | "error";
  readonly name?: string;
  readonly text?: string | string[];
  readonly data?: Readonly<Record<string, unknown>>;
  readonly ename?: string;
  readonly evalue?: string;
}

/** A cell. */
export interface Cell {
  readonly cell_type: "code" | "markdown" | "raw";
  readonly source: string | string[];
  readonly outputs?: readonly Output[];
}

/** A notebook. */
export interface NotebookFile {
  readonly cells: readonly Cell[];
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Reads a notebook. */
export async function readNotebook(path: string | URL): Promise<NotebookFile> {
  return JSON.parse(await Deno.readTextFile(path));
}

/** The notebook format keeps a text as one string or as a list of lines. */
export function textOf(text: string | readonly string[] = ""): string {
  return typeof text === "string" ? text : text.join("");
}

/** The code cells. */
export function codeCells({ cells }: NotebookFile): Cell[] {
  return cells.filter(({ cell_type }) => cell_type === "code");
}

/** All that a cell wrote to its streams. */
export function streamText({ outputs = [] }: Cell): string {
  return outputs.filter(({ output_type }) => output_type === "stream")
    .map(({ text }) => textOf(text)).join("");
}

/** Makes a notebook of code cells. */
export function notebookOf(sources: readonly string[]): string {
  return JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {
      kernelspec: { name: "deno", display_name: "Deno", language: "typescript" },
      language_info: { name: "typescript" },
    },
    cells: sources.map((source, index) => ({
      id: `cell-${index}`,
      cell_type: "code",
      execution_count: null,
      metadata: {},
      outputs: [],
      source,
    })),
  });
}
