import assert from "node:assert/strict";
import { codeShape } from "./code_shape.ts";
import { readNotebook, textOf } from "./notebook_file.ts";
import { chinese, notebookPaths, originalOf, shapeOf } from "./translation.ts";

const folder = new URL("../../notebooks/", import.meta.url);
const names = await notebookPaths(folder);
const translations = names.filter((name) => name.startsWith(chinese));

Deno.test("the shape of code leaves out comments and texts, and nothing else", () => {
  const english = 'const a = "yes"; // a "text"\nf(`rank ${ranks["one"]} of ${n}`, { b: 1 });';
  const chinese = "const a = '是';\n/* 注释 */ f(`秩 ${ranks['一']}，共 ${n}`, { b: 1 });";
  assert.equal(codeShape(english), codeShape(chinese));
  assert.equal(codeShape(english), 'const a = ""; f(`${ranks[""]}${n}`, { b: 1 });');
  for (const [from, to] of [["b: 1", "b: 2"], ["${n}", "${m}"], ["const a", "let a"]]) {
    assert.notEqual(codeShape(english.replace(from, to)), codeShape(english));
  }
});

for (const name of translations) {
  Deno.test(`${name} has the code of its original, and words of its own`, async () => {
    const original = await readNotebook(new URL(originalOf(name), folder));
    const translated = await readNotebook(new URL(name, folder));
    assert.deepEqual(translated.cells.map(shapeOf), original.cells.map(shapeOf));
    assert.equal(
      new Set(original.cells.map((cell) => shapeOf(cell).id)).size,
      original.cells.length,
    );
    for (const { cell_type, source } of translated.cells) {
      if (cell_type === "markdown") assert.match(textOf(source), /\p{Script=Han}/u);
    }
    for (const { outputs = [] } of [...original.cells, ...translated.cells]) {
      assert.deepEqual(outputs, [], "outputs are not kept");
    }
  });
}
