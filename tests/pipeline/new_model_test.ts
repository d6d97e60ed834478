import assert from "node:assert/strict";
import {
  full,
  lora,
  merged,
  model,
  open,
  perplexity,
  Plan,
  tableFromColumns,
  textGeneration,
} from "tunebook";
import { inNewFolder } from "./in_new_folder.ts";

const words = ["red", "green", "blue", "small", "large"];
const things = ["house", "river", "stone", "garden"];
const english = words.flatMap((word) =>
  things.map((thing) => `The ${word} ${thing} is not a ${word} tree.`)
);
const chinese = [
  "床前明月光",
  "疑是地上霜",
  "举头望明月",
  "低头思故乡",
  "春眠不觉晓",
  "处处闻啼鸟",
];
const sizes = { hiddenSize: 32, layers: 2, heads: 2, positions: 48, vocabulary: 300 };

for (const modelType of ["gpt2", "llama"] as const) {
  for (const tokenizer of ["bytes", "characters"] as const) {
    Deno.test(`new:${modelType} with ${tokenizer} learns, is deployed and opened again`, () =>
      inNewFolder(async () => {
        const text = tokenizer === "bytes"
          ? english
          : Array.from({ length: 4 }, () => chinese).flat();
        const plan = model(`new:${modelType}`, { ...sizes, tokenizer })
          .data(tableFromColumns({ text }), textGeneration({ text: "text" }), { test: 0.2 })
          .adapt(full())
          .train({ epochs: 12, batchSize: 4, learningRate: 5e-3, maxTokens: 48 })
          .evaluate({ perplexity })
          .deploy(merged("out/model"));
        const result = await plan.run({ quiet: true });
        // Chance is the vocabulary's size, hundreds of tokens.
        assert.ok(result.scores.perplexity < 30, String(result.scores.perplexity));
        const [written] = await result.generate([text[0].slice(0, 5)], {
          maxNewTokens: 6,
          temperature: 0,
        });
        await result.dispose?.();
        const opened = await open("out/model");
        const [again] = await opened.generate([text[0].slice(0, 5)], {
          maxNewTokens: 6,
          temperature: 0,
        });
        assert.equal(again.text, written.text);
        await opened.dispose();
      }));
  }
}

Deno.test("a plan with a new model is the same after JSON", () => {
  const start = model("new:llama?layers=3", { hiddenSize: 64, tokenizer: "characters" });
  const plan = start.data("sentiment", textGeneration({ text: "text" })).adapt(full()).train();
  const json = plan.toJSON();
  assert.equal(json.model, "new:llama?layers=3&hiddenSize=64&tokenizer=characters");
  assert.deepEqual(Plan.from(JSON.parse(JSON.stringify(json))).toJSON(), json);
});

Deno.test("options and plans that make no sense are refused by name", async () => {
  assert.throws(
    () => model("new:gpt2", { hiddenSize: 30, heads: 4, keyValueHeads: 2, vocabulary: 9 }),
    (error) => {
      for (const part of [/heads is 4/, /keyValueHeads/, /vocabulary is 9/]) {
        assert.match(String(error), part);
      }
      return true;
    },
  );
  assert.throws(() => model("new:llama", { dropout: 0.1 }), { kind: "input", message: /dropout/ });
  assert.throws(() => model("new:llama", { heads: 2, hiddenSize: 6 }), { message: /even/ });
  assert.throws(() => model("new:llam"), { message: /did you mean "llama"/ });
  assert.throws(() => model("new:gpt2?layers="), { message: /layers has no value/ });
  // deno-lint-ignore no-explicit-any
  assert.throws(() => model("new:gpt2", { layer: 2 } as any), { message: /did you mean "layers"/ });
  const plan = model("new:gpt2", sizes).data(
    tableFromColumns({ text: english }),
    textGeneration({ text: "text" }),
  )
    .adapt(lora()).train();
  await assert.rejects(plan.run({ quiet: true }), { kind: "input", message: /adapt\(full\(\)\)/ });
  await assert.rejects(open("new:gpt2"), { kind: "input", message: /made by a plan/ });
});
