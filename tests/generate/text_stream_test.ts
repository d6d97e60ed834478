import assert from "node:assert/strict";
import { StopTexts } from "../../lib/generate/stop_texts.ts";
import { TextStream } from "../../lib/generate/text_stream.ts";
import { Random } from "../../lib/core/random.ts";
import { type TokenizerKind, tokenizerKinds, tokenizerOf } from "./tokenizers.ts";

const texts = [
  "Hello there, I don't know .  It 's fine !",
  " the end and the beginning",
  "中文字符，还有 emoji 👩‍👩‍👧‍👦🇨🇳 é",
  "  two spaces\n\n\tand lines\n",
  "",
];

for (const kind of tokenizerKinds) {
  for (const cleansUp of [false, true]) {
    Deno.test(`stream: pieces are what decoding all gives (${kind}, clean up ${cleansUp})`, async () => {
      const tokenizer = await tokenizerOf(kind, cleansUp);
      const random = Random.fromSeed(5);
      // Texts first, then tokens at random: halves of characters, runs of bytes, special tokens.
      const lists = texts.map((text) => [...tokenizer.encode(text).ids]);
      for (let i = 0; i < 300; i++) {
        const length = 1 + random.integer(40);
        lists.push(Array.from({ length }, () => random.integer(tokenizer.vocabSize)));
      }
      for (const ids of lists) {
        const stream = new TextStream(tokenizer);
        let given = "";
        for (const id of ids) {
          given += stream.push(id);
          assert.equal(stream.text, given);
        }
        const certain = given;
        given += stream.end();
        const whole = tokenizer.decode(ids);
        assert.ok(whole.startsWith(certain), JSON.stringify({ ids, certain, whole }));
        assert.equal(given, whole);
      }
    });
  }
}

Deno.test("stream: half a character waits, spaces and words come as soon as they are certain", async () => {
  const tokenizer = await tokenizerOf("byteLevel");
  const pieces = (text: string) => {
    const stream = new TextStream(tokenizer);
    return [...tokenizer.encode(text).ids].map((id) => stream.push(id)).concat(stream.end());
  };
  assert.deepEqual(pieces("中b").filter((piece) => piece !== ""), ["中", "b"]);
  assert.deepEqual(pieces("a b"), ["a", "", " b", ""]);
});

Deno.test("stream: a token costs no more in a long answer", async () => {
  const tokenizer = await tokenizerOf("byteFallback");
  let decoded = 0;
  const counting = {
    tokenText: tokenizer.tokenText,
    decode: (ids: ArrayLike<number>) => {
      decoded += ids.length;
      return tokenizer.decode(ids);
    },
  };
  const stream = new TextStream(counting);
  const id = tokenizer.tokenId("▁the")!;
  for (let i = 0; i < 2000; i++) stream.push(id);
  assert.ok(decoded < 2000 * 8, `${decoded} tokens were decoded`);
});

const kind: TokenizerKind = "byteLevel";

Deno.test("stop texts: found however tokens cut them, nothing behind them is given", async () => {
  const tokenizer = await tokenizerOf(kind);
  const text = "one two STOP three";
  const ids = [...tokenizer.encode(text).ids];
  const stream = new TextStream(tokenizer);
  const stops = new StopTexts(["STOP", "\n\n"]);
  let given = "";
  for (const id of ids) given += stops.push(stream.push(id)).text;
  assert.equal(given, "one two ");
  assert.equal(stops.found, "STOP");
  assert.equal(stops.end(), "");
});

Deno.test("stop texts: what may become one is held back and given when it does not", () => {
  const stops = new StopTexts(["</s>", "<end>"]);
  assert.deepEqual(stops.push("a<"), { text: "a" });
  assert.deepEqual(stops.push("/"), { text: "" });
  assert.deepEqual(stops.push("b<<"), { text: "</b<" });
  assert.deepEqual(stops.push("end"), { text: "" });
  assert.equal(stops.end(), "<end");
});

Deno.test("stop texts: the result does not depend on how the text comes", () => {
  const random = Random.fromSeed(8);
  const letters = "ab";
  const word = (length: number) =>
    Array.from({ length }, () => letters[random.integer(letters.length)]).join("");
  for (let round = 0; round < 500; round++) {
    const text = word(20);
    const list = Array.from({ length: 1 + random.integer(3) }, () => word(1 + random.integer(5)));
    const results = [1, 3, 20].map((size) => {
      const stops = new StopTexts(list);
      let given = "";
      for (let at = 0; at < text.length; at += size) {
        const { text: certain } = stops.push(text.slice(at, at + size));
        given += certain;
        assert.ok(!list.some((stop) => given.includes(stop)));
      }
      return { given: given + stops.end(), stop: stops.found };
    });
    assert.deepEqual(results[1], results[0]);
    assert.deepEqual(results[2], results[0]);
    if (results[0].stop === undefined) assert.equal(results[0].given, text);
  }
});
