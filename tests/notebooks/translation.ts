/**
 * A notebook and its translation: what must be the same in both.
 *
 * @module
 */
import { codeShape } from "./code_shape.ts";
import { type Cell, type NotebookFile, textOf } from "./notebook_file.ts";

/** The folder of the Chinese notebooks, below that of the English ones. */
export const chinese = "zh/";

/** The original of a translation: `03_lora.ipynb` of `zh/03_lora.ipynb`. */
export function originalOf(path: string): string {
  return path.startsWith(chinese) ? path.slice(chinese.length) : path;
}

/** The notebooks of a folder and of its translations, by path below it. */
export async function notebookPaths(folder: URL): Promise<string[]> {
  const own = await Array.fromAsync(Deno.readDir(folder));
  const translated = await Array.fromAsync(Deno.readDir(new URL(chinese, folder)));
  return [
    ...own.map(({ name }) => name),
    ...translated.map(({ name }) => chinese + name),
  ].filter((name) => name.endsWith(".ipynb")).sort();
}

/** What must be the same: the kind and id of each cell, and its code. */
export function shapeOf({ cell_type, source, ...cell }: Cell) {
  const { id } = cell as unknown as { id: string };
  return { id, cell_type, code: cell_type === "code" ? codeShape(textOf(source)) : "" };
}

/** True where all code is the same but for comments and the contents of texts. */
export function hasCodeOf(translated: NotebookFile, original: NotebookFile): boolean {
  const shape = ({ cells }: NotebookFile) => JSON.stringify(cells.map(shapeOf));
  return shape(translated) === shape(original);
}
