import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { copyNotebooks, workingFolder } from "../../lib/cli/working_copy.ts";
import { notebookOf } from "../notebooks/notebook_file.ts";
import { inFolder } from "../weights/in_folder.ts";

const project = fileURLToPath(new URL("../../", import.meta.url));

/** A folder of originals, in two languages, and one for the copies. */
async function places(folder: string) {
  const [source, target] = [join(folder, "notebooks"), join(folder, workingFolder)];
  await Deno.mkdir(join(source, "zh"), { recursive: true });
  for (const path of ["01.ipynb", "zh/01.ipynb"]) {
    await Deno.writeTextFile(join(source, path), notebookOf([`"${path}"`]));
  }
  return { source, target, copy: () => copyNotebooks(source, target) };
}

/** As Jupyter saves a notebook that was run: outputs and counts, lines in a list. */
function ran(text: string): string {
  const book = JSON.parse(text);
  for (const cell of book.cells) {
    cell.source = cell.source.split(/(?<=\n)/);
    cell.execution_count = 1;
    cell.outputs = [{ output_type: "stream", name: "stdout", text: "1\n" }];
  }
  return JSON.stringify(book, null, 1);
}

Deno.test("tutorials are copied once, and what was run or written there stays", () =>
  inFolder(async (folder) => {
    const { target, copy } = await places(folder);
    assert.deepEqual(await copy(), { written: ["01.ipynb", "zh/01.ipynb"], kept: [] });
    const path = join(target, "01.ipynb");
    const text = ran(await Deno.readTextFile(path));
    await Deno.writeTextFile(path, text);
    await Deno.writeTextFile(join(target, "own.ipynb"), notebookOf(["1"]));
    assert.deepEqual(await copy(), { written: [], kept: [] });
    assert.equal(await Deno.readTextFile(path), text);
    assert.ok(await Deno.stat(join(target, "own.ipynb")));
  }));

Deno.test("a newer tutorial replaces a copy that was only run, and not one that was edited", () =>
  inFolder(async (folder) => {
    const { source, target, copy } = await places(folder);
    await copy();
    const [runPath, editedPath] = ["01.ipynb", "zh/01.ipynb"].map((path) => join(target, path));
    await Deno.writeTextFile(runPath, ran(await Deno.readTextFile(runPath)));
    const edited = notebookOf([`"mine"`]);
    await Deno.writeTextFile(editedPath, edited);
    for (const path of ["01.ipynb", "zh/01.ipynb"]) {
      await Deno.writeTextFile(join(source, path), notebookOf([`"new"`]));
    }
    assert.deepEqual(await copy(), { written: ["01.ipynb"], kept: ["zh/01.ipynb"] });
    assert.equal(await Deno.readTextFile(runPath), notebookOf([`"new"`]));
    assert.equal(await Deno.readTextFile(editedPath), edited);
    // It is said again until the copy is gone.
    assert.deepEqual(await copy(), { written: [], kept: ["zh/01.ipynb"] });
    await Deno.remove(editedPath);
    assert.deepEqual(await copy(), { written: ["zh/01.ipynb"], kept: [] });
  }));

Deno.test("git ignores the copies and what notebooks write from there", async () => {
  const paths = ["01_first_finetune.ipynb", "zh/01_first_finetune.ipynb", "model/model.onnx"]
    .map((path) => join(workingFolder, path));
  for (const path of [...paths, "out/zh/search/onnx/model.onnx"]) {
    const { code } = await new Deno.Command("git", {
      args: ["check-ignore", "--quiet", "--no-index", path],
      cwd: project,
    }).output();
    assert.equal(code, 0, path);
  }
  // Whatever folder a tutorial writes to is below the project's ignored one.
  for (const [language, up] of [["", "../out/"], ["zh/", "../../out/"]]) {
    for await (const { name } of Deno.readDir(join(project, "notebooks", language))) {
      if (!name.endsWith(".ipynb")) continue;
      const text = await Deno.readTextFile(join(project, "notebooks", language, name));
      for (const [, path] of text.matchAll(/\\"((?:\.\.?\/)*out\/[^"\\]*)\\"/g)) {
        assert.ok(path.startsWith(up), `${language}${name}: ${path}`);
      }
    }
  }
});
