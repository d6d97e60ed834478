import assert from "node:assert/strict";
import { join } from "node:path";
import {
  adapter,
  chat,
  type DeployTarget,
  gguf,
  lora,
  merged,
  model,
  onnx,
  perplexity,
  sentenceEmbeddings,
  sentenceTransformers,
  tableFromColumns,
} from "tunebook";
import { checkFolders } from "../../lib/deploy/check_targets.ts";
import { isMistake } from "../is_mistake.ts";
import { quiet } from "../pipeline/open/trained.ts";
import { tinyModel } from "../pipeline/tiny.ts";
import { goldenPath } from "../models/golden.ts";
import { goldenTraining, trainedModel, trainedTasks } from "../tasks/text2text/training.ts";
import { inFolder } from "../weights/in_folder.ts";

/** What a deployment wrote is replaced by the next one; what lies beside it is not. */
async function checkReplaced(targets: readonly DeployTarget[]) {
  await checkFolders(targets);
  for (const target of targets) {
    if (target.isFile) continue;
    const own = join(target.folder, "notes.txt");
    await Deno.writeTextFile(own, "mine");
    await assert.rejects(
      checkFolders([target]),
      isMistake("output", `${target.folder} holds notes.txt, which no deployment wrote`),
    );
    await Deno.remove(own);
  }
}

const folders = (folder: string): DeployTarget[] => [
  adapter(join(folder, "adapter")),
  merged(join(folder, "merged")),
  onnx(join(folder, "onnx")),
];

Deno.test("a chat model is deployed again into the same places", () =>
  inFolder(async (folder) => {
    const talk = (...contents: string[]) =>
      contents.map((content, at) => ({ role: at % 2 === 0 ? "user" : "assistant", content }));
    const rows = tableFromColumns({
      messages: [talk("a b", "c"), talk("the fox", "jumps over it"), talk("1", "2", "3", "4 5")],
    });
    const targets = [
      ...folders(folder),
      gguf(join(folder, "model.gguf")),
      gguf(join(folder, "lora.gguf"), { adapter: true }),
    ];
    const result = await model(`file:${goldenPath("gguf/qwen2.gguf")}`)
      .data(rows, chat({ messages: "messages", template: "chatml" }), { test: rows })
      .adapt(lora()).train({ epochs: 0 }).deploy(...targets).evaluate({ perplexity }).run(quiet);
    await checkReplaced(targets);
    for (const { perplexity } of result.receipts) checkScore(perplexity, result.scores.perplexity);
    await result.dispose();
  }));

Deno.test("an encoder-decoder is deployed again, with the metric's perplexity in its receipts", () =>
  inFolder(async (folder) => {
    const { table } = await goldenTraining("marian");
    const targets = folders(folder);
    const result = await model(trainedModel("marian"))
      .data(table, trainedTasks.marian, { test: table })
      .adapt(lora()).train({ epochs: 0 }).deploy(...targets).evaluate({ perplexity }).run(quiet);
    await checkReplaced(targets);
    for (const { perplexity } of result.receipts) checkScore(perplexity, result.scores.perplexity);
    await result.dispose();
  }));

Deno.test("sentence embeddings are deployed again", () =>
  inFolder(async (folder) => {
    const texts = ["good film", "bad food", "the price", "a fair service"];
    const rows = tableFromColumns({ text: texts, other: texts.toReversed() });
    const targets = [...folders(folder), sentenceTransformers(join(folder, "sentences"))];
    const result = await model(await tinyModel(join(folder, "base")))
      .data(rows, sentenceEmbeddings({ anchor: "text", positive: "other" }), { test: rows })
      .adapt(lora()).train({ epochs: 0 }).deploy(...targets).run(quiet);
    await checkReplaced(targets);
    await result.dispose();
  }));

/** Of at most 64 held-out rows both are the same number. */
function checkScore(found: { readonly trained: number } | undefined, score: number) {
  assert.ok(Math.abs(found!.trained / score - 1) < 1e-6, `${found!.trained} is not ${score}`);
}
