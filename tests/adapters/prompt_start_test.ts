import assert from "node:assert/strict";
import { prefixTuning } from "../../lib/adapters/prefix_tuning.ts";
import { promptTuning } from "../../lib/adapters/prompt_tuning.ts";
import type { ModelInfoExtras } from "../../lib/nn/method.ts";
import { attachTo, openOn } from "../../lib/nn/model.ts";
import { initialParameters } from "../../lib/train/initial_state.ts";
import { isMistake } from "../is_mistake.ts";
import { largestDifference } from "../models/golden.ts";
import { toyModel } from "../nn/toy.ts";
import { projected } from "./projected.ts";

const model = toyModel();
const { hiddenSize } = model.config;
const words = model.weights.get("embeddings.word_embeddings.weight")!;
const row = (id: number) => words.slice(id * hiddenSize, (id + 1) * hiddenSize);
/** Words are numbers here, between two special tokens. */
const encode = (text: string) =>
  Int32Array.from([2, ...text.split(" ").filter(Boolean).map(Number), 3]);

function startOf(method: ReturnType<typeof promptTuning>, extras: ModelInfoExtras = { encode }) {
  const adapter = attachTo(model, method, extras);
  const start = initialParameters({ model, adapter }, 1).get("embedding.weight")!;
  return (token: number) => start.slice(token * hiddenSize, (token + 1) * hiddenSize);
}

Deno.test("a prompt starts at words of the vocabulary", () => {
  const token = startOf(promptTuning({ tokens: 4 }));
  for (let at = 0; at < 4; at++) {
    const isWord = Array.from({ length: words.length / hiddenSize }, (_, id) => id)
      .some((id) => largestDifference(token(at), row(id)) === 0);
    assert.ok(isWord, `token ${at} is no word`);
  }
});

Deno.test("a prompt starts at a text's tokens, repeated", () => {
  const token = startOf(promptTuning({ tokens: 6, text: "7 5" }));
  [2, 7, 5, 3, 2, 7].forEach((id, at) => assert.deepEqual(token(at), row(id)));
});

Deno.test("a prompt starts at the means of the classes' tokens, without special tokens", () => {
  const token = startOf(promptTuning({ tokens: 3, start: "labels" }), {
    encode,
    labels: ["7 5", "9"],
  });
  const mean = row(7).map((each, i) => (each + row(5)[i]) / 2);
  assert.ok(largestDifference(token(0), mean) < 1e-6);
  assert.deepEqual(token(1), row(9));
});

Deno.test("what a start needs and does not have is an error", () => {
  const missing = isMistake("input", "no class names");
  assert.throws(() => startOf(promptTuning({ start: "labels" })), missing);
  const noTokens = isMistake("input", "no tokenizer");
  assert.throws(() => startOf(promptTuning({ text: "7" }), {}), noTokens);
});

Deno.test("a prefix that leaves no room for a text is refused before the model runs", async () => {
  const on = toyModel(); // of 16 positions
  const tooLong = openOn(on, prefixTuning({ tokens: 20, text: "7" }), { encode });
  await assert.rejects(tooLong, isMistake("input", "20 tokens", "takes 16"));
});

for (const modelType of ["bert", "roberta", "distilbert"]) {
  Deno.test(`a prefix starts at the keys and values of a text: ${modelType}`, async () => {
    const on = toyModel({ modelType });
    const method = prefixTuning({ tokens: 3, text: "7" });
    const adapter = await openOn(on, method, { encode });
    const start = initialParameters({ model: on, adapter }, 1).get("embedding.weight")!;
    const { numHeads } = on.config;
    const size = hiddenSize / numHeads;
    (["key", "value"] as const).forEach((role, part) => {
      const wanted = projected(on, role, [2, 7, 3]); // [heads, tokens, size]
      for (let head = 0; head < numHeads; head++) {
        for (let token = 0; token < 3; token++) {
          const from = token * 2 * hiddenSize + part * hiddenSize + head * size;
          const at = (head * 3 + token) * size;
          const difference = largestDifference(
            start.slice(from, from + size),
            wanted.slice(at, at + size),
          );
          assert.ok(difference < 1e-5, `${role} ${head} ${token}: ${difference}`);
        }
      }
    });
  });
}
