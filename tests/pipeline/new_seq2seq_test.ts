import assert from "node:assert/strict";
import {
  full,
  merged,
  model,
  onnx,
  open,
  perplexity,
  tableFromColumns,
  translation,
} from "tunebook";
import { inNewFolder } from "./in_new_folder.ts";

const words = { red: "rot", green: "grün", blue: "blau", small: "klein", large: "groß" };
const things = { house: "Haus", river: "Fluss", stone: "Stein", garden: "Garten" };
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

for (const modelType of ["marian", "t5"] as const) {
  for (const tokenizer of ["bytes", "characters"] as const) {
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
            batchSize: 8,
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
}
