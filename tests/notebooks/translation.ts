/**
 * A notebook and its translation: what must be the same in both.
 *
 * @module
 */
import { codeShape } from "./code_shape.ts";
import { type Cell, type NotebookFile, textOf } from "./notebook_file.ts";

/** The original of a translation: `03_lora.ipynb` of `03_lora.zh.ipynb`. */
export function originalOf(name: string): string {
  return name.replace(/\.zh\.ipynb$/, ".ipynb");
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
