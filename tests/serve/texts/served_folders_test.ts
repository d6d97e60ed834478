/**
 * Folders of models that write are served: adapters of one base in the same batches, and encoder-decoders.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import OpenAI from "openai";
import { adapter, chat, lora, model, open, promptTuning, serve, tableFromRows } from "tunebook";
import { quiet } from "../../pipeline/open/trained.ts";
import { reviews, tinyModel } from "../../pipeline/tiny.ts";
import { goldenTraining, trainedModel, trainedTasks } from "../../tasks/text2text/training.ts";
import { inFolder } from "../../weights/in_folder.ts";

const talks = tableFromRows(reviews(24).map(({ text, mood }) => ({ asked: text, said: mood })));
const task = chat({ prompt: "asked", completion: "said", template: "plain" });
const asked = ["the film was", "food and price", "very sad place it was"];
const say = (content: string) => [{ role: "user" as const, content }];

const clientOf = ({ url }: { readonly url: string }) =>
  new OpenAI({ baseURL: `${url}/v1`, apiKey: "none", maxRetries: 0 });

Deno.test("adapters of one base answer chats at the same time as each does alone", () =>
  inFolder(async (folder) => {
    const at = (name: string) => join(folder, name);
    const reference = await tinyModel(at("base"), "llama");
    const methods = {
      matrices: lora({ rank: 2, targets: "all-linear" }),
      others: lora({ rank: 4 }),
      words: promptTuning({ tokens: 3 }),
    };
    const expected: Record<string, string[]> = {};
    for (const [seed, [name, method]] of Object.entries(methods).entries()) {
      const run = await model(reference).data(talks, task, { test: talks }).adapt(method)
        .train({ epochs: 1, batchSize: 8, learningRate: name === "words" ? 0.3 : 3e-2, seed })
        .deploy(adapter(at(`all/${name}`))).run(quiet);
      await run.dispose();
      const alone = await open(at(`all/${name}`));
      const texts = await alone.generate(asked.map(say) as never, { maxNewTokens: 6 });
      expected[name] = texts.map(({ text }) => text);
      await alone.dispose();
    }
    assert.ok(new Set(Object.values(expected).map(String)).size > 1, "adapters differ");
    await using server = await serve([], { port: 0, quiet: true, adapters: at("all") });
    const client = clientOf(server);
    for (const _ of [1, 2]) {
      const found = await Promise.all(
        asked.flatMap((text) =>
          Object.keys(methods).map(async (model) => {
            const messages = say(text);
            const answer = await client.chat.completions.create({ model, messages, max_tokens: 6 });
            return [model, text, answer.choices[0].message.content!] as const;
          })
        ),
      );
      for (const [name, text, said] of found) {
        assert.equal(said, expected[name][asked.indexOf(text)], name);
      }
    }
  }));

Deno.test("a translation is a completion", () =>
  inFolder(async (folder) => {
    const at = join(folder, "english");
    const { golden, table } = await goldenTraining("t5");
    const run = await model(trainedModel("t5")).data(table, trainedTasks.t5, { test: table })
      .adapt(lora({ rank: 2 })).train({ epochs: 1 }).deploy(adapter(at)).run(quiet);
    const prompts = golden.rows.slice(0, 3).map(({ en }) => en);
    const alone = await run.generate(prompts, { maxNewTokens: 8 });
    const drawn = await run.generate(prompts, { maxNewTokens: 8, temperature: 1, seed: 4 });
    await run.dispose();
    await using server = await serve({ english: at }, { port: 0, quiet: true });
    const client = clientOf(server);
    const texts = async (fields: object) =>
      (await Promise.all(
        prompts.map((prompt) =>
          client.completions.create({ model: "english", prompt, max_tokens: 8, ...fields })
        ),
      )).map(({ choices }) => choices[0].text);
    assert.deepEqual(await texts({}), alone.map(({ text }) => text));
    assert.equal((await texts({ temperature: 1, seed: 4 }))[0], drawn[0].text);
    assert.ok(alone.some(({ text }) => text.length > 0));
  }));
