import assert from "node:assert/strict";
import {
  full,
  merged,
  model,
  type NewModelOptions,
  onnx,
  open,
  perplexity,
  tableFromColumns,
  text2text,
  translation,
} from "tunebook";
import { inNewFolder } from "./in_new_folder.ts";

const words = { red: "rot", green: "grün", small: "klein" };
const things = { house: "Haus", river: "Fluss", garden: "Garten" };
const source: string[] = [];
const target: string[] = [];
for (const [word, wort] of Object.entries(words)) {
  for (const [thing, ding] of Object.entries(things)) {
    source.push(`>>de<< The ${thing} is ${word}.`, `>>back<< The ${thing} is ${word}.`);
    target.push(`${ding} ${wort}!`, `${word} ${thing}?`);
  }
}
const table = tableFromColumns({ source, target });
const sizes = { hiddenSize: 32, layers: 2, heads: 2, positions: 24, vocabulary: 320 };

// Each family and each kind of tokenizer once: neither knows of the other.
for (const [modelType, tokenizer] of [["marian", "bytes"], ["t5", "characters"]] as const) {
  Deno.test(`new:${modelType} with ${tokenizer} learns two languages, is deployed and opened again`, () =>
    inNewFolder(async () => {
      const result = await model(`new:${modelType}`, {
        ...sizes,
        decoderLayers: 1,
        languages: ["de", "back"],
        tokenizer,
      })
        .data(table, translation({ source: "source", target: "target" }), { test: table })
        .adapt(full())
        .train({
          epochs: 60,
          batchSize: 6,
          learningRate: modelType === "t5" ? 5e-3 : 2e-3,
          maxTokens: 24,
        })
        .evaluate({ perplexity })
        .deploy(merged("out/model"), onnx("out/onnx"))
        .run({ quiet: true });
      const [written] = await result.generate([source[0]], { maxNewTokens: 20 });
      assert.equal(written.text, target[0]);
      await result.dispose?.();
      const opened = await open("out/model");
      const again = await opened.generate(source.slice(0, 2), { maxNewTokens: 20 });
      assert.deepEqual(again.map(({ text }) => text), target.slice(0, 2));
      await opened.dispose();
    }));
}

Deno.test("a target as long as the decoder is cut, because the decoder reads one token before it", () =>
  inNewFolder(async () => {
    const long = tableFromColumns({
      source: ["a", "b"],
      target: ["one ".repeat(40), "two ".repeat(40)],
    });
    const result = await model("new:marian", { ...sizes, positions: 16 })
      .data(long, text2text({ source: "source", target: "target" }), { test: long })
      .adapt(full())
      .train({ epochs: 1, maxTokens: 16 })
      .evaluate({ perplexity })
      .run({ quiet: true });
    assert.ok(result.scores.perplexity > 1);
    await result.dispose?.();
  }));

Deno.test("what only some families have is refused for the others by name", () => {
  const refused = (reference: `new:${string}`, options: NewModelOptions, message: RegExp) =>
    assert.throws(() => model(reference, options), { kind: "input", message });
  refused("new:marian", { keyValueHeads: 2 }, /keyValueHeads is for new:llama; a Marian has none/);
  refused("new:gpt2", { languages: "de" }, /languages is for new:marian, new:t5; a GPT-2 has none/);
  refused("new:llama", { decoderLayers: 2 }, /decoderLayers is for new:marian, new:t5/);
  refused("new:t5", { languages: ["de", "de"] }, /different names such as "de"/);
  refused("new:t5", { languages: [1] as never }, /different names such as "de"/);
  refused("new:t5", { languages: "de,>>fr<<" }, /different names such as "de"/);
  refused(
    "new:marian",
    { languages: "de,fr", vocabulary: 259 },
    /bytes alone are 260 tokens with the 4 that stand for no text/,
  );
  const { model: reference } = model("new:t5", { languages: ["de", "pt-br"] })
    .data("sentiment", text2text({ source: "text", target: "label" })).adapt(full()).train()
    .toJSON();
  assert.equal(reference, "new:t5?languages=de%2Cpt-br");
});
