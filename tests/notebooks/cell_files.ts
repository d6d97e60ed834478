/**
 * The code of each notebook as a file of TypeScript beside it, for a check of types.
 *
 * @module
 */
import assert from "node:assert/strict";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { codeCells, readNotebook, textOf } from "./notebook_file.ts";
import { notebookPaths } from "./translation.ts";

/** Files that are removed on disposal. */
export interface CellFiles extends AsyncDisposable {
  /** Absolute paths; a notebook's imports and paths hold in its folder. */
  readonly paths: readonly string[];
}

/** Writes a file for each notebook of the folder at `address`, of which there must be one. */
export async function writeCellFiles(address: URL): Promise<CellFiles> {
  const folder = fileURLToPath(address);
  const names = await notebookPaths(address);
  assert.ok(names.length > 0, `there are no notebooks in ${folder}`);
  const paths = await Promise.all(names.map(async (name) => {
    const cells = codeCells(await readNotebook(join(folder, name)));
    const text = cells.map(({ source }) => textOf(source)).join("\n;\n");
    const file = join(folder, dirname(name), `.check_${basename(name, ".ipynb")}.ts`);
    await Deno.writeTextFile(file, `${text}\nexport {};\n`);
    return file;
  }));
  return {
    paths,
    async [Symbol.asyncDispose]() {
      await Promise.all(paths.map((path) => Deno.remove(path)));
    },
  };
}
