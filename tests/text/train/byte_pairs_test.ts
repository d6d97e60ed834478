import assert from "node:assert/strict";
import golden from "../../golden/byte_pairs.json" with { type: "json" };
import messages from "../../../node_modules/typescript/lib/zh-cn/diagnosticMessages.generated.json" with {
  type: "json",
};
import reviews from "../../../node_modules/sentiment/test/fixtures/imdb.json" with { type: "json" };
import { trainBytePairs } from "../../../lib/text/train/byte_pairs.ts";

Deno.test("learns the same merges as BpeTrainer of Python's tokenizers", () => {
  const texts = [
    ...(reviews as ({ text: string } | null)[]).flatMap((row) => row ? [row.text] : []),
    ...Object.values(messages),
    ...Array.from({ length: 3 }, () => "aaaa aaaaa aaaaaaa"),
  ];
  const { settings } = golden;
  assert.equal(texts.length, golden.texts);
  const { tokens, merges } = trainBytePairs(texts, {
    vocabSize: settings.vocab_size,
    minFrequency: settings.min_frequency,
    specialTokens: settings.special_tokens,
  });
  assert.deepEqual(tokens, golden.tokens);
  assert.deepEqual(merges.map((pair) => pair.join(" ")), golden.merges);
});

Deno.test("a vocabulary ends where no pair is frequent enough", () => {
  const { tokens } = trainBytePairs(["ab ab cd"], {
    vocabSize: 1000,
    specialTokens: [],
    minFrequency: 2,
  });
  assert.deepEqual(tokens.slice(256), ["ab"]);
});
