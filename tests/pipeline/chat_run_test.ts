import assert from "node:assert/strict";
import { join } from "node:path";
import {
  adapter,
  chat,
  lora,
  merged,
  model,
  onnx,
  open,
  perplexity,
  tokenAccuracy,
} from "tunebook";
import { inFolder } from "../weights/in_folder.ts";
import { quiet } from "./open/trained.ts";
import { reviews, tinyModel } from "./tiny.ts";
import { tableFromRows } from "../../lib/table/table.ts";

const rows = tableFromRows(reviews(24).map(({ text }) => ({ asked: text, said: text })));

Deno.test("a chat is previewed, trained, scored and deployed with its template, and answers", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"), "gpt2");
    const task = chat({ prompt: "asked", completion: "said", template: "plain" });
    const plan = model(reference).data(rows, task).adapt(lora({ rank: 2 })).train({ epochs: 1 })
      .evaluate({ perplexity, tokenAccuracy })
      .deploy(adapter(join(folder, "a")), merged(join(folder, "m")), onnx(join(folder, "o")));
    const preview = await plan.preview();
    assert.match(String(preview), /train: learned \(completion\): \d+ of \d+ tokens/);
    const { learned } = preview.examples[0];
    assert.ok(learned!.some((token) => token.learned) && learned!.some((token) => !token.learned));
    const result = await plan.run(quiet);
    const { perplexity: hesitates, tokenAccuracy: right } = result.scores;
    assert.ok(hesitates > 1 && right >= 0 && right <= 1, `${hesitates}, ${right}`);
    const config = JSON.parse(await Deno.readTextFile(join(folder, "a", "tokenizer_config.json")));
    assert.match(config.chat_template, /message\['content'\]/);
    const { answers } = result.receipts[2].reader!;
    assert.ok(answers!.inputs > 3, "transformers.js was asked conversations");
    const generation = JSON.parse(
      await Deno.readTextFile(join(folder, "m", "generation_config.json")),
    );
    assert.deepEqual([generation.eos_token_id].flat().includes(4), true);
    const opened = await open(join(folder, "a"));
    const asked = [[{ role: "user", content: "the film was" }]] as never;
    const written = await result.generate(asked, { maxNewTokens: 4 });
    assert.deepEqual(await opened.generate(asked, { maxNewTokens: 4 }), written);
    const talk = opened.chat();
    assert.equal((await talk.say("the film was", { maxNewTokens: 4 })).text, written[0].text);
    await opened.dispose();
    await result.dispose();
  }));

Deno.test("rows that are dropped are neither shown nor the same as others", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"), "gpt2");
    const long = (word: string) => Array(40).fill(word).join(" ");
    const mixed = tableFromRows([
      ...["film", "food"].map((word) => ({ asked: long(word), said: "good" })),
      ...["film", "food", "place", "price"].map((word) => ({ asked: word, said: "good" })),
    ]);
    const task = chat({ prompt: "asked", completion: "said", template: "plain", overflow: "drop" });
    const preview = await model(reference).data(mixed, task, { test: mixed }).adapt(lora())
      .train({ maxTokens: 16 }).evaluate({ perplexity }).preview();
    assert.match(
      String(preview),
      /train: 2 of 6 examples are longer than 16 tokens and were dropped/,
    );
    assert.deepEqual(
      preview.examples.map(({ text }) => text),
      ["film", "food", "place"].map((word) => `user: ${word}`),
    );
    assert.equal(preview.splits.shared[0].rows, 4);
    assert.equal(preview.splits.splits[0].duplicates, 0);
  }));
