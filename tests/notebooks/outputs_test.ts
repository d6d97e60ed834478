import assert from "node:assert/strict";
import { join } from "node:path";
import { inFolder } from "../weights/in_folder.ts";
import { execute, jupyterOrReason, kernelTest } from "./execute.ts";
import { type Cell, codeCells, notebookOf, streamText } from "./notebook_file.ts";

const executions = 20;
const cells = 100;
/** Kernels at the same time: cells mostly wait. */
const together = 4;
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

/** How many cells have exactly their own outputs. */
async function countInPlace(ready: Exclude<typeof jupyter, string>, first: string, times: number) {
  return await inFolder(async (folder) => {
    const wanted = Array.from({ length: cells }, (_, cell) => manyOutputs(cell));
    const file = join(folder, "outputs.ipynb");
    await Deno.writeTextFile(file, notebookOf([first, ...wanted.map(({ source }) => source)]));
    const executed = await execute(ready, Array(times).fill(file), { together });
    return executed.flatMap((each) =>
      codeCells(each).slice(1).map((cell, number) => isInPlace(cell, number, wanted[number].wanted))
    ).filter(Boolean).length;
  });
}

kernelTest(jupyter, "2,000 cells keep their outputs, those that throw as well", async (ready) => {
  const found = await countInPlace(ready, `import "tunebook/notebook";`, executions);
  assert.equal(found, executions * cells);
});

kernelTest(jupyter, "without the import the kernel loses outputs", async (ready) => {
  const found = await countInPlace(ready, "1", 1);
  assert.ok(found < cells, "this version of Deno keeps outputs: the import could do less");
});
