import assert from "node:assert/strict";
import { exactNormalizer } from "../../lib/text/exact_normalizer.ts";

Deno.test("surrounds only the steps that need it, also inside sequences", () => {
  const plain = [null, undefined, { type: "NFC" }, { type: "Sequence" }, {
    type: "BertNormalizer",
    handle_chinese_chars: false,
  }];
  for (const normalizer of plain) assert.equal(exactNormalizer(normalizer), normalizer);
  const strip = { type: "Strip" };
  const made = exactNormalizer({
    type: "Sequence",
    normalizers: [{ type: "Precompiled" }, strip],
  }) as { normalizers: { type: string; normalizers: { type: string }[] }[] };
  assert.equal(made.normalizers[1], strip);
  assert.deepEqual(made.normalizers[0].normalizers.map((step) => step.type), [
    "Replace",
    "Precompiled",
    "Replace",
  ]);
});

Deno.test("a Greek sigma is lower-cased alike at the end of a word and elsewhere", () => {
  const sigma = { type: "Replace", pattern: { String: "Σ" }, content: "σ" };
  const lowercase = { type: "Lowercase" };
  const bert = { type: "BertNormalizer", handle_chinese_chars: false, lowercase: true };
  for (const step of [lowercase, bert]) {
    assert.deepEqual(exactNormalizer(step), { type: "Sequence", normalizers: [sigma, step] });
  }
});
