import assert from "node:assert/strict";
import { join } from "node:path";
import { inFolder } from "../weights/in_folder.ts";
import { execute, jupyterOrReason, kernelTest } from "./execute.ts";
import { type Cell, codeCells, notebookOf, streamText, textOf } from "./notebook_file.ts";

/** Kernels, both at the same time: cells mostly wait. Starting one costs as much as a hundred cells. */
const executions = 2;
const cells = 500;
const jupyter = await jupyterOrReason();

/** A cell with many outputs, each with the cell's name, and what they should be. */
function manyOutputs(cell: number): { source: string; wanted: Wanted } {
  const logs = `for (let i = 0; i < 10; i++) console.log("cell ${cell};");\n`;
  const display = `await Deno.jupyter.display({ "text/plain": "cell ${cell};" }, { raw: true });\n`;
  const kinds: readonly [source: string, wanted: Wanted][] = [
    [`${logs}"cell ${cell};"`, { lines: 10, displays: 0, results: 1, errors: 0 }],
    [`${logs}${display}`, { lines: 10, displays: 1, results: 0, errors: 0 }],
    [`${logs}${display}throw new Error("cell ${cell};")`, {
      lines: 10,
      displays: 1,
      results: 0,
      errors: 1,
    }],
    [`${logs}throw "cell ${cell};"`, { lines: 10, displays: 0, results: 0, errors: 1 }],
    [`${display.repeat(3)}"cell ${cell};"`, { lines: 0, displays: 3, results: 1, errors: 0 }],
  ];
  const [source, wanted] = kinds[cell % kinds.length];
  return { source, wanted };
}

interface Wanted {
  readonly lines: number;
  readonly displays: number;
  readonly results: number;
  readonly errors: number;
}

function isInPlace(cell: Cell, number: number, { lines, displays, results, errors }: Wanted) {
  const outputs = cell.outputs ?? [];
  const count = (type: string) => outputs.filter(({ output_type }) => output_type === type).length;
  const names = new Set(JSON.stringify(outputs).match(/cell \d+;/g));
  return streamText(cell).split("\n").length - 1 === lines && names.size === 1 &&
    names.has(`cell ${number};`) && count("display_data") === displays &&
    count("execute_result") === results && count("error") === errors &&
    (errors === 0 || outputs.at(-1)?.output_type === "error");
}

interface Counted {
  readonly times: number;
  readonly cells: number;
}

/** How many cells have exactly their own outputs. */
async function countInPlace(
  ready: Exclude<typeof jupyter, string>,
  first: string,
  { times, cells }: Counted,
) {
  return await inFolder(async (folder) => {
    const wanted = Array.from({ length: cells }, (_, cell) => manyOutputs(cell));
    const file = join(folder, "outputs.ipynb");
    await Deno.writeTextFile(file, notebookOf([first, ...wanted.map(({ source }) => source)]));
    const executed = await execute(ready, Array(times).fill(file), { together: times });
    return executed.flatMap((each) =>
      codeCells(each).slice(1).map((cell, number) => isInPlace(cell, number, wanted[number].wanted))
    ).filter(Boolean).length;
  });
}

kernelTest(jupyter, "1,000 cells keep their outputs, those that throw as well", async (ready) => {
  const found = await countInPlace(ready, `import "tunebook/notebook";`, {
    times: executions,
    cells,
  });
  assert.equal(found, executions * cells);
});

kernelTest(jupyter, "without the import the kernel loses outputs", async (ready) => {
  const found = await countInPlace(ready, "1", { times: 1, cells: 100 });
  assert.ok(found < 100, "this version of Deno keeps outputs: the import could do less");
});

kernelTest(
  jupyter,
  "large displays keep their cell, and many lines do not hold it",
  async (ready) => {
    await inFolder(async (folder) => {
      const size = 5_000_000;
      const raw =
        `await Deno.jupyter.display({ "text/plain": "y".repeat(${size}) }, { raw: true });`;
      const own =
        `({ [Symbol.for("Jupyter.display")]: () => ({ "text/plain": "z".repeat(${size}) }) })`;
      const lines = 10_000;
      const file = join(folder, "large.ipynb");
      await Deno.writeTextFile(
        file,
        notebookOf([
          `import "tunebook/notebook";`,
          raw.repeat(5) + own,
          `for (let i = 0; i < ${lines}; i++) console.log(i); "end"`,
          `"next"`,
        ]),
      );
      const [book] = await execute(ready, [file]);
      const [, large, many, next] = codeCells(book);
      const sizes = large.outputs!.map(({ data }) => textOf(data!["text/plain"] as string).length);
      assert.deepEqual(sizes, Array(6).fill(size));
      const printed = Array.from({ length: lines }, (_, i) => `${i}\n`).join("");
      assert.equal(streamText(many), printed);
      assert.equal(many.outputs!.at(-1)!.output_type, "execute_result");
      assert.equal(next.outputs!.length, 1);
    });
  },
);
