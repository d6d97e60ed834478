import assert from "node:assert/strict";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { codeCells, readNotebook, textOf } from "./notebook_file.ts";
import { notebookPaths } from "./translation.ts";

const address = new URL("../../notebooks/", import.meta.url);
const folder = fileURLToPath(address);
const names = await notebookPaths(address);

Deno.test("there are notebooks", () => assert.ok(names.length > 0));

// One check of them all: most of the time goes into the library, which they share.
Deno.test("the notebooks have the right types", async () => {
  const made = await Promise.all(names.map(async (name) => {
    const cells = codeCells(await readNotebook(join(folder, name)));
    const text = cells.map(({ source }) => textOf(source)).join("\n;\n");
    const file = join(folder, dirname(name), `.check_${basename(name, ".ipynb")}.ts`);
    await Deno.writeTextFile(file, `${text}\nexport {};\n`);
    return file;
  }));
  try {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", ...made],
      env: { NO_COLOR: "1" },
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
  } finally {
    await Promise.all(made.map((file) => Deno.remove(file)));
  }
});
