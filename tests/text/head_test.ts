import assert from "node:assert/strict";
import { encodeHead, splitsAtSpaces } from "../../lib/text/head.ts";

/** One token a character of a word, and none for spaces: the most tokens that a text can have. */
const letters = (text: string) =>
  [...text.replace(/\s/g, "")].map((letter) => letter.charCodeAt(0));

Deno.test("gives the whole of a short text, and a true beginning of a long one", () => {
  const text = "abc de  fghi\nj ".repeat(500);
  const whole = letters(text);
  for (const room of [0, 1, 5, 100, 3999, 10_000]) {
    const head = encodeHead(text, room, letters);
    assert.ok(head.length > room || head.length === whole.length);
    assert.deepEqual(head, whole.slice(0, head.length));
  }
});

Deno.test("reads on where words are longer than expected", () => {
  const words = (text: string) => text.split(/\s+/).filter(Boolean).map((word) => word.length);
  const text = `${"x".repeat(5000)} `.repeat(20);
  assert.ok(encodeHead(text, 10, words).length > 10);
  assert.equal(encodeHead("x".repeat(5000), 10, words).length, 1);
});

Deno.test("reads little of a long text", () => {
  let longest = 0;
  encodeHead("word ".repeat(100_000), 10, (text) => {
    longest = Math.max(longest, text.length);
    return letters(text);
  });
  assert.ok(longest < 1000);
});

Deno.test("knows which tokenizers split at spaces", () => {
  const of = (pre_tokenizer: unknown, added: string[] = []) =>
    splitsAtSpaces({ pre_tokenizer, added_tokens: added.map((content) => ({ content })) });
  assert.equal(of({ type: "BertPreTokenizer" }), true);
  assert.equal(of({ type: "ByteLevel", use_regex: true }), true);
  assert.equal(of({ type: "ByteLevel", use_regex: false }), false);
  assert.equal(of({ type: "Sequence", pretokenizers: [{ type: "WhitespaceSplit" }] }), true);
  assert.equal(of({ type: "Metaspace" }), false);
  assert.equal(of(null), false);
  assert.equal(of({ type: "BertPreTokenizer" }, ["a b"]), false);
});
