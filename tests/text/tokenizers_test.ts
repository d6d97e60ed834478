/** Every part of tokenizer.json against Python's tokenizers, on odd texts. */
import assert from "node:assert/strict";
import { agreements, golden } from "./golden_tokenizers.ts";
import { load } from "./golden_offsets.ts";

Deno.test("every part makes of odd texts what Python's tokenizers make of them", async () => {
  const all = await agreements();
  assert.ok(all.length > 90, `${all.length} parts`);
  const different = all.filter(({ different }) => different.length > 0);
  assert.deepEqual(different, []);
});

/** What the error of each refused tokenizer names. */
const named: Readonly<Record<string, RegExp>> = {
  "UnicodeScripts": /the pre-tokenizer "UnicodeScripts" is not one that tunebook follows/,
  "BPE with dropout": /the model BPE has a dropout of 0\.1/,
  "BPE with a prefix within words": /BPE has the continuing_subword_prefix "##"/,
  "Unigram without an unknown token": /the model Unigram has the unk_id null/,
  "CTC": /the decoder "CTC" is not one that tunebook follows/,
  "two templates": /special tokens in 2 steps \(TemplateProcessing, TemplateProcessing\)/,
  "an added token with another id": /"<m>" has the id 9, but Python's tokenizers give it 1/,
};

for (const [name, json] of Object.entries(golden.refused)) {
  Deno.test(`${name}: refused by name when the tokenizer is opened`, async () => {
    await assert.rejects(load(json), { name: "TunebookError", message: named[name] });
  });
}
