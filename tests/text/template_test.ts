import assert from "node:assert/strict";
import { PreTrainedTokenizer } from "@huggingface/transformers";
import { readTemplate, withPairTemplate } from "../../lib/text/template.ts";
import { newTokenizer } from "../../lib/text/train/new_tokenizer.ts";

const cls = ["<s>", 0];
const sep = ["</s>", 1];
const [open, close] = [{ id: 0, part: 0, type: 0 }, { id: 1, part: 0, type: 0 }];
const [first, second] = [{ part: 0, type: 0 }, { part: 1, type: 1 }];

Deno.test("reads BERT's, RoBERTa's and absent post-processors", () => {
  const closeSecond = { ...close, type: 1 };
  assert.deepEqual(readTemplate({ type: "BertProcessing", cls, sep }), {
    single: [open, first, close],
    pair: [open, first, close, second, closeSecond],
  });
  assert.deepEqual(readTemplate({ type: "RobertaProcessing", cls, sep }), {
    single: [open, first, close],
    pair: [open, first, close, close, { part: 1, type: 0 }, close],
  });
  for (const none of [null, undefined, { type: "ByteLevel" }]) {
    assert.deepEqual(readTemplate(none), { single: [first], pair: [first, second] });
  }
});

Deno.test("transformers.js joins a pair where bytes alone come before", () => {
  const { tokenizer, settings } = newTokenizer(["what was it", "a fine film"], "bytes", 280);
  const tokensOf = (json: Record<string, unknown>, options = {}): number[] =>
    new PreTrainedTokenizer(json, settings).encode("what", options);
  const pair = { text_pair: "film" };
  assert.equal(
    (tokenizer as { post_processor: { type: string } }).post_processor.type,
    "ByteLevel",
  );
  const joined = {
    ...tokenizer,
    post_processor: withPairTemplate((tokenizer as { post_processor: unknown }).post_processor),
  };
  const [first, second] = ["what", "film"].map((text) =>
    new PreTrainedTokenizer(joined, settings).encode(text)
  );
  assert.deepEqual(tokensOf(tokenizer, pair), first, "if it joins them, the template can go");
  assert.deepEqual(tokensOf(joined, pair), [...first, ...second]);
  assert.deepEqual(tokensOf(joined), first);
  assert.deepEqual(
    readTemplate(joined.post_processor),
    readTemplate((tokenizer as { post_processor: unknown }).post_processor),
  );
  const others = [null, undefined, { type: "BertProcessing", cls, sep }, {
    type: "Sequence",
    processors: [{ type: "ByteLevel" }, { type: "RobertaProcessing", cls, sep }],
  }];
  for (const other of others) assert.equal(withPairTemplate(other), other);
});

const sequence = (id: string) => ({ Sequence: { id, type_id: 0 } });
const template = {
  type: "TemplateProcessing",
  single: [{ SpecialToken: { id: "<s>", type_id: 0 } }, sequence("A")],
  pair: [sequence("A"), sequence("B")],
  special_tokens: { "<s>": { id: "<s>", ids: [0, 2], tokens: ["<s>", "x"] } },
};

Deno.test("a template's token may have several ids", () => {
  assert.deepEqual(readTemplate(template).single, [open, { id: 2, part: 0, type: 0 }, first]);
});

Deno.test("templates that are malformed are refused by what is wrong", () => {
  const wrong: [object, RegExp][] = [
    [{ pair: null }, /TemplateProcessing: "pair" is null; it must be a list/],
    [{ single: "$A" }, /"single" is "\$A"; it must be a list/],
    [{ pair: [sequence("A")] }, /"pair" leaves out the text B/],
    [{ single: [sequence("A"), sequence("A")] }, /has the text A twice/],
    [{ single: [sequence("B")] }, /has the text "B"/],
    [{ single: [null] }, /has the entry null/],
    [{ special_tokens: null }, /the template's token "<s>" has no ids/],
    [{ special_tokens: { "<s>": { ids: [-5] } } }, /"<s>" has no ids: .* \[-5\]/],
  ];
  for (const [change, message] of wrong) {
    assert.throws(() => readTemplate({ ...template, ...change }), { kind: "weights", message });
  }
  assert.throws(() => readTemplate({ type: "BertProcessing", cls: ["<s>"], sep }), {
    kind: "weights",
    message: /BertProcessing: cls is \["<s>"\]; it must be a token with its id/,
  });
  assert.throws(() => readTemplate({ type: "Odd" }), { kind: "unsupported", message: /"Odd"/ });
  const twice = { type: "Sequence", processors: [template, template] };
  assert.throws(() => readTemplate(twice), { kind: "unsupported", message: /in 2 steps/ });
});
