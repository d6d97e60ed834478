/**
 * Tables, tokenizers and options that are wrong: each must give one clear TunebookError.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { TunebookError } from "../../lib/core/errors.ts";
import { loadTokenizer } from "../../lib/text/tokenizer.ts";
import { minilm, wrongRows } from "./wrong_rows.ts";

for (const [name, kind, message, run] of wrongRows) {
  Deno.test(`refuses ${name}`, async () => {
    await assert.rejects(async () => await run(), (error: TunebookError) => {
      assert.equal(error.name, "TunebookError", `${error.stack}`);
      assert.equal(error.kind, kind);
      assert.match(error.message, message);
      return true;
    });
  });
}

Deno.test("tokenizer files that are wrong are refused by name", async () => {
  const whole = JSON.parse(await Deno.readTextFile(minilm));
  const vocab = { "[UNK]": 0, "a": 1 };
  const model = {
    ...whole.model,
    vocab,
  };
  const path = await Deno.makeTempFile({ suffix: "_tokenizer.json" });
  const contents: [string, RegExp, ("weights" | "unsupported")?][] = [
    ["", /cannot read the tokenizer file/],
    [JSON.stringify(whole).slice(0, 1000), /cannot read the tokenizer file/],
    ["[]", /must hold a JSON object/],
    ["{}", /is not a usable tokenizer/],
    [JSON.stringify({ model: { type: "Nonsense" } }), /is not a usable tokenizer/],
    [
      JSON.stringify({ ...whole, normalizer: { type: "Nonsense" } }),
      /the normalizer "Nonsense" is not one that tunebook follows/,
      "unsupported",
    ],
    [
      JSON.stringify({ ...whole, pre_tokenizer: { type: "None" } }),
      /the pre-tokenizer "None" is not one that tunebook follows/,
      "unsupported",
    ],
    [JSON.stringify({ model }), /names no padding token/],
  ];
  try {
    for (const [content, message, kind = "weights"] of contents) {
      await Deno.writeTextFile(path, content);
      await assert.rejects(loadTokenizer({ tokenizer: path }), (error: TunebookError) => {
        assert.equal(error.kind, kind, `${content.slice(0, 60)}: ${error.stack}`);
        assert.match(error.message, message);
        assert.ok(error.message.includes(path));
        return true;
      });
    }
  } finally {
    await Deno.remove(path);
  }
  await assert.rejects(loadTokenizer({ tokenizer: "none/tokenizer.json" }), { kind: "weights" });
  await assert.rejects(loadTokenizer({ tokenizer: minilm, tokenizerConfig: "none.json" }), {
    kind: "weights",
    message: /none\.json/,
  });
  await assert.rejects(loadTokenizer({ tokenizer: minilm, config: { vocab_size: 100 } }), {
    kind: "weights",
    message: /has 30522 tokens, but the model knows only 100/,
  });
});
