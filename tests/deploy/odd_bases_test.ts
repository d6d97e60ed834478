import assert from "node:assert/strict";
import { join } from "node:path";
import { adapter, configReader, lora, merged, model, onnx } from "tunebook";
import { readRotary } from "../../lib/models/rotary.ts";
import { isMistake } from "../is_mistake.ts";
import { moods, tinyModel } from "../pipeline/tiny.ts";
import { inFolder } from "../weights/in_folder.ts";
import type { Json } from "./broken_folder.ts";

const columns = { text: "text", label: "mood" };
const read = async (...path: string[]): Promise<Json> =>
  JSON.parse(await Deno.readTextFile(join(...path)));

async function change(path: string, how: (json: Json) => void): Promise<void> {
  const json = await read(path);
  how(json);
  await Deno.writeTextFile(path, JSON.stringify(json));
}

const plan = (reference: string) =>
  model(reference).data(moods(40), columns).adapt(lora({ rank: 2 }))
    .train({ epochs: 1, maxTokens: 16 });

Deno.test("what the base says of other machines and of Python's results is not handed on", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"));
    const odd = {
      _attn_implementation: "flash_attention_2",
      attn_implementation: "flash_attention_2",
      auto_map: { AutoModel: "code.Model" },
      pruned_heads: { 0: [1] },
      use_return_dict: false,
      return_dict: false,
      dtype: "bfloat16",
    };
    await change(join(folder, "base", "config.json"), (json) => Object.assign(json, odd));
    await change(join(folder, "base", "tokenizer.json"), (json) => {
      json.added_tokens.push({ id: 77, content: "<odd>", special: false });
      delete json.added_tokens[0].lstrip;
    });
    const [a, m] = ["adapter", "merged"].map((name) => join(folder, name));
    await using _ = await disposed(plan(reference).deploy(adapter(a), merged(m)));
    const config = await read(m, "config.json");
    for (const field of Object.keys(odd).filter((field) => field !== "dtype")) {
      assert.ok(!(field in config), field);
    }
    // Python would load the base in the numbers that it is stored in: answers differ by hundredths.
    assert.match(
      await Deno.readTextFile(join(a, "README.md")),
      /from_pretrained\(.*dtype="float32"/,
    );
    // Python's tokenizers open no file with a token that lacks a flag.
    for (const target of [a, m]) {
      const { added_tokens } = await read(target, "tokenizer.json");
      for (const token of added_tokens) {
        const flags = ["single_word", "lstrip", "rstrip", "normalized", "special"];
        for (const flag of flags) assert.equal(typeof token[flag], "boolean", token.content);
      }
      assert.equal(added_tokens.at(-1).normalized, true);
    }
  }));

Deno.test("rope_scaling counts alone beside rope_parameters, as in transformers", () => {
  const rope_parameters = { rope_type: "default", rope_theta: 5000 };
  const theta = (json: Json) =>
    readRotary(configReader(json), { maxPositions: 64, headSize: 8 }).theta;
  // LlamaConfig.from_dict of transformers 5.18.
  assert.equal(theta({ rope_parameters }), 5000);
  assert.equal(theta({ rope_parameters, rope_theta: 7000 }), 5000);
  assert.equal(theta({ rope_parameters, rope_scaling: {} }), 5000);
  assert.equal(theta({ rope_parameters, rope_scaling: { rope_type: "default" } }), 10000);
  const both = configReader({ rope_parameters, rope_scaling: { type: "proportional", factor: 2 } });
  readRotary(both, { maxPositions: 64, headSize: 8 });
  assert.throws(() => both.finish(), isMistake("weights", /rope_scaling\.type/));
});

Deno.test("a receipt says which texts transformers.js cuts into other tokens", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"));
    const other = async () => {
      await using result = await disposed(plan(reference).deploy(onnx(join(folder, "onnx"))));
      return result.receipts[0].reader!.answers!.otherTokens;
    };
    const before = await other();
    // Python's lower case looks at no neighbours; JavaScript makes another sigma of the last one.
    assert.deepEqual(before?.heldOut ?? 0, 0);
    await change(join(folder, "base", "tokenizer.json"), (json) => {
      json.pre_tokenizer = {
        type: "Sequence",
        pretokenizers: [{ type: "WhitespaceSplit" }, { type: "Digits", individual_digits: true }, {
          type: "Punctuation",
          behavior: "MergedWithNext",
        }],
      };
    });
    const after = await other();
    assert.ok(after!.kinds.length > (before?.kinds.length ?? 0), JSON.stringify([before, after]));
  }));

/** Runs it, and frees it at the end of the block. */
async function disposed(deployed: { run(options: object): Promise<Json> }): Promise<Json> {
  const result = await deployed.run({ quiet: true });
  return { ...result, [Symbol.asyncDispose]: () => result.dispose() };
}
