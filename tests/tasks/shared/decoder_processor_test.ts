import assert from "node:assert/strict";
import { tableFromRows } from "tunebook";
import type { Processor } from "../../../lib/nn/processor.ts";
import { taskOf, tasks } from "../../../lib/tasks/mod.ts";

const rows = tableFromRows([{
  text: "the film",
  messages: [{ role: "user", content: "a" }, { role: "assistant", content: "b" }],
  prompt: "the film",
  completion: "was good",
  label: true,
  chosen: "was good",
  rejected: "was bad",
}]);
/** Of an encoder-decoder; no task may come to its tokenizer. */
const processor = {
  input: "text",
  maxTokens: 16,
  padId: 0,
  usesTypes: false,
  decoder: { startId: 0, startsWithLast: false, maxTargetTokens: 16 },
} as Processor;

for (const name of ["text-generation", "chat", "dpo", "kto", "orpo", "simpo", "cpo"]) {
  Deno.test(`${name} refuses an encoder-decoder before it is trained`, async () => {
    const columns = tasks[name].columns[0].map((column) => [column, column]);
    const task = taskOf(name, Object.fromEntries(columns));
    await assert.rejects(
      (async () =>
        await task.read({ train: rows, test: rows }).examples(rows, processor, {
          where: "the rows",
        }))(),
      {
        kind: "unsupported",
        message: new RegExp(`^${name} needs a decoder that reads no encoder, such as gpt2`),
      },
    );
  });
}
