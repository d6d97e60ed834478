import assert from "node:assert/strict";
import { join } from "node:path";
import {
  adapter,
  lora,
  type Method,
  model,
  promptTuning,
  questionAnswering,
  tableFromRows,
} from "tunebook";
import { tinyModel } from "../pipeline/tiny.ts";
import { inFolder } from "../weights/in_folder.ts";

const rows = tableFromRows(
  Array.from({ length: 4 }, () => ({
    question: "what was it",
    context: "the film was good",
    answers: { text: ["good"], answer_start: [13] },
  })),
);

/** The README of an adapter that answers questions. */
async function readmeOf(folder: string, family: string, method: Method): Promise<string> {
  const out = join(folder, "adapter");
  const task = questionAnswering({ unanswerable: false });
  const result = await model(await tinyModel(join(folder, "base"), family))
    .data(rows, task, { test: rows }).adapt(method).train({ epochs: 1 })
    .deploy(adapter(out)).run({ quiet: true });
  await result.dispose();
  return await Deno.readTextFile(join(out, "README.md"));
}

Deno.test("a folder says how transformers finds a Llama's body under another name", () =>
  inFolder(async (folder) => {
    const text = await readmeOf(folder, "llama", lora({ rank: 2 }));
    assert.match(text, /num_labels=2, key_mapping=\{"\^model": "transformer"\}\)/);
    assert.doesNotMatch(text, /token_type_ids/);
  }));

Deno.test("a folder of virtual tokens says what PEFT leaves out, and asks for no merging", () =>
  inFolder(async (folder) => {
    const text = await readmeOf(folder, "bert", promptTuning({ tokens: 2 }));
    assert.doesNotMatch(text, /key_mapping|merge_and_unload/);
    assert.match(text, /does not hand on `token_type_ids`/);
  }));
