import assert from "node:assert/strict";
import { golden as offsets, loadCase } from "./golden_offsets.ts";

interface Case {
  tokenizer: string;
  lists: { ids: number[]; wordOf: number[]; spans: [number, number][] }[];
}

const golden: { lists: string[][]; words: Case[] } = JSON.parse(
  await Deno.readTextFile(new URL("../golden/entities.json", import.meta.url)),
);

for (const { tokenizer: name, lists } of golden.words) {
  Deno.test(`tokens stand in their words where Python has them: ${name}`, async () => {
    const tokenizer = await loadCase(offsets.tokenizers[name]);
    golden.lists.forEach((words, at) => {
      const { ids, wordOf, starts, ends } = tokenizer.wordTokens(words);
      assert.deepEqual([...ids], lists[at].ids);
      assert.deepEqual([...wordOf], lists[at].wordOf);
      assert.deepEqual(Array.from(starts, (start, token) => [start, ends[token]]), lists[at].spans);
    });
  });
}

Deno.test("tokenizers say how they write tokens that go on with a word", async () => {
  const bert = await loadCase(offsets.tokenizers.bert);
  assert.equal(bert.subwordPrefix, "##");
  const { ids } = bert.tokens("unaffordable 🎉");
  assert.ok(Array.from(ids, (id) => bert.tokenText(id)).some((text) => text.startsWith("##")));
  assert.equal(ids.at(-1), bert.unknownId);
  assert.equal(bert.tokenText(10 ** 6), "");
  assert.equal((await loadCase(offsets.tokenizers.roberta)).subwordPrefix, undefined);
});
