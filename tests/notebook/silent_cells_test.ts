import assert from "node:assert/strict";
import { silentCells, syntaxError } from "../../lib/notebook/silent_cells.ts";

Deno.test("Deno's parser says where the syntax is wrong", async () => {
  assert.match(
    (await syntaxError("const a = 1;\nconst x = ;"))!,
    /^Expression expected\n[^]*2 \| const x = ;\n[^]*~\n\(line 2, column 11\)$/,
  );
  assert.equal(await syntaxError("const  x=1"), undefined, "ugly, but right");
});

Deno.test("a cell without a word is told once, by its first line", async () => {
  const cells = silentCells();
  assert.deepEqual(await cells.take(), []);
  cells.add({ code: `\nconst y = [;\nf();` });
  const [sentence, ...others] = await cells.take();
  assert.deepEqual(others, []);
  assert.match(sentence, /^The cell that begins with `const y = \[;` did not run/);
  assert.match(sentence, /Its syntax is wrong:\nExpression expected/);
  assert.deepEqual(await cells.take(), []);
  const unknown = silentCells(() => Promise.resolve(undefined));
  unknown.add({ code: "x".repeat(100) });
  assert.deepEqual(unknown.takeKnown(), []);
  await new Promise((resolve) => setTimeout(resolve, 1));
  assert.match(unknown.takeKnown()[0], /`x{60}…` did not run.*Look for a mistake in its syntax\.$/);
});
