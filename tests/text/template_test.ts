import { Tokenizer } from "@huggingface/tokenizers";
import assert from "node:assert/strict";
import { readTemplate } from "../../lib/text/template.ts";

function tokenizerWith(postProcessor: unknown): Tokenizer {
  const vocab = { "<s>": 0, "</s>": 1, "a": 2, "<unk>": 3 };
  return new Tokenizer({
    model: { type: "WordPiece", unk_token: "<unk>", continuing_subword_prefix: "##", vocab },
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: postProcessor,
    decoder: null,
  }, {});
}

Deno.test("reads BERT's, RoBERTa's and absent post-processors", () => {
  const cls = ["<s>", 0];
  const sep = ["</s>", 1];
  const [open, close] = [{ id: 0, part: 0, type: 0 }, { id: 1, part: 0, type: 0 }];
  const [first, second] = [{ part: 0, type: 0 }, { part: 1, type: 1 }];
  const closeSecond = { ...close, type: 1 };
  assert.deepEqual(readTemplate(tokenizerWith({ type: "BertProcessing", cls, sep }), "t"), {
    single: [open, first, close],
    pair: [open, first, close, second, closeSecond],
  });
  assert.deepEqual(readTemplate(tokenizerWith({ type: "RobertaProcessing", cls, sep }), "t"), {
    single: [open, first, close],
    pair: [open, first, close, closeSecond, second, closeSecond],
  });
  for (const none of [null, { type: "ByteLevel" }]) {
    assert.deepEqual(readTemplate(tokenizerWith(none), "t"), {
      single: [first],
      pair: [first, { part: 1, type: 0 }],
    });
  }
});

Deno.test("a template token without an id is refused", () => {
  const processor = { type: "BertProcessing", cls: ["<cls>", 9], sep: ["</s>", 1] };
  assert.throws(() => readTemplate(tokenizerWith(processor), "tokenizer.json"), {
    kind: "weights",
    message: /tokenizer\.json: the template's token "<cls>" has no id/,
  });
});
