import assert from "node:assert/strict";
import { join } from "node:path";
import {
  adapter,
  browser,
  edge,
  grpo,
  lora,
  type Method,
  model,
  onlineDpo,
  open,
  peft,
  Plan,
  ppo,
  rejectionSampling,
  rloo,
  tableFromRows,
} from "tunebook";
import { quiet } from "../../pipeline/open/trained.ts";
import { reviews, tinyModel } from "../../pipeline/tiny.ts";
import { inFolder } from "../../weights/in_folder.ts";

const messages = tableFromRows(
  reviews(8).map(({ text }) => ({ asked: [{ role: "user", content: text.slice(0, 12) }] })),
);

Deno.test("messages are asked by their template, rewards come out of a module, and the model is opened again", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"), "gpt2");
    const rewards = join(folder, "rewards.ts");
    await Deno.writeTextFile(
      rewards,
      "export const words = ({ completion }) => completion.split(' ').length;\n" +
        "export const user = ({ prompt }) => prompt[0].role === 'user' ? 1 : 0;\n",
    );
    const sampling = { prompt: "asked", groupSize: 2, maxNewTokens: 4, template: "plain" };
    const result = await model(reference).data(messages, grpo({ ...sampling, rewards }))
      .adapt(lora({ rank: 2 })).train({ epochs: 1, batchSize: 4 })
      .deploy(adapter(join(folder, "a")), browser(join(folder, "b"))).run(quiet);
    const { answers } = result.receipts[1].reader!;
    assert.ok(answers!.inputs > 0 && answers!.texts!.same === answers!.inputs);
    assert.deepEqual(Object.keys(result.rollouts![0].rewards), ["user", "words"]);
    assert.ok(result.rollouts!.every(({ rewards }) => rewards.user === 1));
    assert.ok(result.samples!.length > 0);
    const asked = [[{ role: "user", content: "the film" }]] as never;
    const written = await result.generate(asked, { maxNewTokens: 4 });
    const opened = await open(join(folder, "a"));
    assert.deepEqual(await opened.generate(asked, { maxNewTokens: 4 }), written);
    await opened.dispose();
    await result.dispose();
  }));

Deno.test("pages and servers of transformers.js are for all methods that sample, by text and by messages", async () => {
  const shared = { prompt: "asked", rewards: () => 1, system: "Be short." };
  const texts = tableFromRows([{ asked: "the film was" }]);
  for (const make of [grpo, rloo, ppo, rejectionSampling, onlineDpo]) {
    const task = make(shared);
    for (const table of [texts, messages]) {
      const labelled = task.read({ train: table, test: table });
      const about = { task: labelled } as never;
      const trainable = { model: { family: { input: "text" } } } as never;
      for (const target of [browser("out/page"), edge("out/edge")]) {
        await target.check!(trainable, about);
      }
      const [first] = labelled.reader!.inputsOf(table);
      assert.deepEqual(
        first,
        table === texts
          ? "the film was"
          : [{ role: "system", content: "Be short." }, ...messages.get("asked", 0)],
      );
    }
  }
});

Deno.test("a plan file names a module of rewards; functions are refused", () => {
  const of = (rewards: string | (() => number)) =>
    model("file:none").data("prompts.csv", rloo({ prompt: "asked", rewards })).adapt(lora())
      .train();
  const json = of("rewards.ts").toJSON();
  assert.deepEqual(json.task!.settings, { prompt: "asked", rewards: "rewards.ts" });
  assert.deepEqual(Plan.from(json).toJSON(), json);
  assert.throws(() => of(() => 1).toJSON(), {
    kind: "input",
    message: /the rewards of rloo, which are functions; name a module .* rewards: "rewards\.ts"/,
  });
});

Deno.test("rows without a prompt, of two kinds, or without room are told by number", () =>
  inFolder(async (folder) => {
    const task = grpo({ prompt: "asked", rewards: () => 1, maxNewTokens: 60 });
    const bad = tableFromRows([
      { asked: "a" },
      { asked: "" },
      { asked: [{ role: "user", content: "b" }] },
      { asked: [{ role: "assistant", content: "b" }] },
    ]);
    assert.throws(() => task.checkRows(bad, "the table"), (error: Error) => {
      assert.match(error.message, /row 2: no text and no list/);
      assert.match(error.message, /row 3: messages, where the first row has a text/);
      assert.match(error.message, /row 4: the last message is the assistant's/);
      return true;
    });
    const reference = await tinyModel(join(folder, "base"), "gpt2");
    const long = tableFromRows([
      { asked: "the film was very good" },
      ...["film", "food", "place"].map((asked) => ({ asked })),
    ]);
    await assert.rejects(
      model(reference).data(long, task, { test: 1 }).adapt(lora()).train().run(quiet),
      { kind: "data", message: /leave no room for answers of 60 tokens within 64/ },
    );
  }));

Deno.test("a training that goes on from an adapter is compared with that adapter", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"), "gpt2");
    const rows = tableFromRows(reviews(12).map(({ text }) => ({ asked: text.slice(0, 8) })));
    const rewards = ({ completion }: { completion: string }) => completion.length;
    const task = grpo({
      ...{ prompt: "asked", rewards, groupSize: 3, maxNewTokens: 5, measureDivergence: true },
    });
    const run = async (method: Method, ...targets: ReturnType<typeof adapter>[]) => {
      const result = await model(reference).data(rows, task).adapt(method)
        .train({ epochs: 3, batchSize: 4, learningRate: 0.05, samples: 0 })
        .deploy(...targets).run(quiet);
      const series = result.methodRecord!["divergence from the reference"];
      await result.dispose();
      return series.map(({ values }) => values.nats);
    };
    const divergences = await run(lora({ rank: 2 }), adapter(join(folder, "a")));
    assert.ok(Math.abs(divergences[0]) < 1e-6 && divergences.at(-1)! > 1e-3);
    const [first] = await run(peft(join(folder, "a")));
    assert.ok(Math.abs(first) < 1e-6, `${first}`);
  }));
