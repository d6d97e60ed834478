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

for (const [name, json] of Object.entries(golden.refused)) {
  Deno.test(`${name}: refused by name when the tokenizer is opened`, async () => {
    await assert.rejects(load(json), (error: Error) => {
      console.log(error.message);
      return true;
    });
  });
}
