import assert from "node:assert/strict";
import { attachTo, openOn } from "../../lib/nn/model.ts";
import type { Method } from "../../lib/nn/method.ts";
import { noAdapter } from "../../lib/nn/merge.ts";
import { initialParameters } from "../../lib/train/initial_state.ts";
import { largestDifference } from "../models/golden.ts";
import { toyModel, toyVocabulary } from "../nn/toy.ts";
import { projected } from "./projected.ts";
import { encodedPrompt, prefixFrom } from "./toy_peft.ts";

const table = "embeddings.word_embeddings.weight";

Deno.test("virtual tokens start at words of the vocabulary, which the seed chooses", () => {
  const model = toyModel();
  const { hiddenSize } = model.config;
  const adapter = attachTo(model, encodedPrompt({ count: 4 }));
  const startOf = (seed: number) => initialParameters({ model, adapter }, seed);
  const start = startOf(1).get("prompt.table")!;
  const words = model.weights.get(table)!;
  for (let token = 0; token < 4; token++) {
    const row = start.slice(token * hiddenSize, (token + 1) * hiddenSize);
    const isWord = Array.from({ length: toyVocabulary }, (_, id) => id)
      .some((id) =>
        largestDifference(row, words.slice(id * hiddenSize, (id + 1) * hiddenSize)) === 0
      );
    assert.ok(isWord, `token ${token} is no word`);
  }
  assert.deepEqual(startOf(1).get("prompt.table"), start);
  assert.notDeepEqual(startOf(2).get("prompt.table"), start);
});

Deno.test("virtual tokens start at the words of a text", () => {
  const model = toyModel();
  const { hiddenSize } = model.config;
  const tokens = { encode: (text: string) => Int32Array.from(text.split(" "), Number) };
  const adapter = attachTo(model, encodedPrompt({ count: 3, text: "7 5" }), tokens);
  const start = initialParameters({ model, adapter }, 1).get("prompt.table")!;
  const words = model.weights.get(table)!;
  [7, 5, 7].forEach((id, token) =>
    assert.deepEqual(
      start.slice(token * hiddenSize, (token + 1) * hiddenSize),
      words.slice(id * hiddenSize, (id + 1) * hiddenSize),
    )
  );
});

Deno.test("weights are read when the run starts, not when a method is attached", () => {
  const model = toyModel();
  const asked: string[] = [];
  const weights = new Map(model.weights);
  weights.get = (path) => {
    asked.push(path);
    return model.weights.get(path);
  };
  const lazy = { ...model, weights };
  const adapter = attachTo(lazy, encodedPrompt());
  assert.deepEqual(asked, []);
  initialParameters({ model: lazy, adapter }, 1);
  assert.ok(asked.some((path) => path === table));
});

for (const modelType of ["bert", "roberta", "distilbert"]) {
  Deno.test(`a prefix starts at the keys and values of real tokens: ${modelType}`, async () => {
    const tokens = [5, 11, 7];
    // With one layer, what the tokens give does not depend on the row that follows.
    const model = toyModel({ modelType, layers: 1 });
    const adapter = await openOn(model, prefixFrom(tokens));
    const start = initialParameters({ model, adapter }, 1);
    const { hiddenSize, numHeads } = model.config;
    for (const role of ["key", "value"] as const) {
      const found = start.get(`prefix.0.${role}s`)!;
      const wanted = projected(model, role, tokens);
      assert.equal(found.length, numHeads * tokens.length * (hiddenSize / numHeads));
      assert.ok(largestDifference(found, wanted) < 1e-5, role);
    }
  });
}

Deno.test("a method is opened, then prepared on the model, then attached", async () => {
  const seen: string[] = [];
  const model = toyModel();
  const last: Method = {
    method: "toy",
    settings: {},
    attach: ({ config }) => {
      seen.push(`attach ${config.hiddenSize}`);
      return noAdapter;
    },
  };
  const middle: Method = {
    ...last,
    prepare: ({ weights }) => {
      seen.push(`prepare ${weights.size}`);
      return Promise.resolve(last);
    },
  };
  const first: Method = {
    ...last,
    open: () => {
      seen.push("open");
      return Promise.resolve(middle);
    },
  };
  await openOn(model, first);
  assert.deepEqual(seen, [
    "open",
    `prepare ${model.weights.size}`,
    `attach ${model.config.hiddenSize}`,
  ]);
});
