import assert from "node:assert/strict";
import { exactNormalizer } from "../../lib/text/exact_normalizer.ts";

Deno.test("surrounds only the steps that need it, also inside sequences", () => {
  const plain = [null, undefined, { type: "NFC" }, { type: "Sequence" }, {
    type: "BertNormalizer",
    handle_chinese_chars: false,
  }];
  for (const normalizer of plain) assert.equal(exactNormalizer(normalizer), normalizer);
  const lowercase = { type: "Lowercase" };
  const made = exactNormalizer({
    type: "Sequence",
    normalizers: [{ type: "Precompiled" }, lowercase],
  }) as { normalizers: { type: string; normalizers: { type: string }[] }[] };
  assert.equal(made.normalizers[1], lowercase);
  assert.deepEqual(made.normalizers[0].normalizers.map((step) => step.type), [
    "Replace",
    "Precompiled",
    "Replace",
  ]);
});
