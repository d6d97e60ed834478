import assert from "node:assert/strict";
import { join } from "node:path";
import {
  adapter,
  lora,
  merged,
  model,
  onnx,
  open,
  openSafetensors,
  prefixTuning,
  promptTuning,
  pTuning,
  textGeneration,
  type Writer,
} from "tunebook";
import { tableFromRows } from "../../lib/table/table.ts";
import { quiet } from "../pipeline/open/trained.ts";
import { decoders } from "../nn/decoders.ts";
import { reviews } from "../pipeline/tiny.ts";
import { toyFolder } from "../pipeline/toy_folder.ts";
import { inFolder } from "../weights/in_folder.ts";

const words = promptTuning({ tokens: 3 });
const rows = tableFromRows(reviews(32).map((row) => ({ ...row })));

/** Behind a prefix their attention is that of Llama, and that of Gemma 3's texts alone. */
const likeOthers = ["qwen2", "gemma3"];

for (const family of decoders) {
  const prefix = likeOthers.includes(family) ? [] : [prefixTuning({ tokens: 2 })];
  for (const method of [lora({ rank: 2 }), ...prefix]) {
    Deno.test(`${family} with ${method.method}: transformers.js writes what was trained`, () =>
      inFolder(async (folder) => {
        const reference = await toyFolder(join(folder, "base"), family);
        const targets = [onnx(join(folder, "onnx"))];
        if (method.method === "lora") targets.push(merged(join(folder, "merged")));
        const result = await model(reference).data(rows, { text: "text", test: rows })
          .adapt(method).train({ epochs: 1 }).deploy(...targets).run(quiet);
        const [receipt] = result.receipts;
        assert.equal(receipt.reader?.answers?.pipeline, "text-generation");
        assert.ok(receipt.reader!.answers!.inputs > 5, "texts were compared");
        assert.ok(
          receipt.largestDifference < 1e-4,
          `losses differ by ${receipt.largestDifference}`,
        );
        if (method.method === "lora") {
          const opened = await open(join(folder, "merged"));
          const inputs = ["the film was", "food"];
          assert.deepEqual(
            (await opened.generate(inputs, { maxNewTokens: 8 })).map(({ tokens }) => tokens),
            (await result.generate(inputs, { maxNewTokens: 8 })).map(({ tokens }) => tokens),
          );
          await opened.dispose();
        }
        await result.dispose();
      }));
  }
}

// One with positions that are learned, one with windows that virtual tokens fall out of.
for (
  const [family, method] of [["gpt2", pTuning({ tokens: 3 })], ["gemma3_text", words]] as const
) {
  Deno.test(`${family} with ${method.method}: transformers.js writes behind virtual tokens`, () =>
    inFolder(async (folder) => {
      const reference = await toyFolder(join(folder, "base"), family);
      const train = { epochs: 2, learningRate: 3e-2 };
      const result = await model(reference).data(rows, { text: "text", test: rows })
        .adapt(method).train(train).deploy(onnx(join(folder, "onnx"))).run(quiet);
      const [receipt] = result.receipts;
      assert.ok(receipt.reader!.answers!.inputs > 5, "texts were compared");
      const { largestDifference } = receipt;
      assert.ok(largestDifference < 1e-4, `losses differ by ${largestDifference}`);
      // The tokens make a difference, so that a graph without them would not have passed.
      const inputs = ["the film was", "food", "very"];
      const plain = await open(reference, { task: textGeneration({ text: "text" }) });
      const tokensOf = async (writer: Writer) =>
        (await writer.generate(inputs, { maxNewTokens: 8 })).map(({ tokens }) => tokens);
      assert.notDeepEqual(await tokensOf(result), await tokensOf(plain));
      await plain.dispose();
      await result.dispose();
    }));
}

Deno.test("the texts of a Gemma with images are adapted under its names and written alone", () =>
  inFolder(async (folder) => {
    const reference = await toyFolder(join(folder, "base"), "gemma3");
    const places = ["adapter", "merged", "onnx"].map((name) => join(folder, name));
    const [beside, whole, graph] = places;
    const result = await model(reference).data(rows, { text: "text", test: rows })
      .adapt(lora({ rank: 2 })).train({ epochs: 1 })
      .deploy(adapter(beside), merged(whole), onnx(graph)).run(quiet);
    assert.ok(result.notes.some((note) => note.includes("the images are left out")));

    // PEFT looks for names in the whole model, whose images have a q_proj, too.
    const { target_modules: targets } = JSON.parse(
      await Deno.readTextFile(join(beside, "adapter_config.json")),
    );
    const names = [0, 1].flatMap((layer) =>
      ["q", "v"].map((which) => `model.language_model.layers.${layer}.self_attn.${which}_proj`)
    );
    assert.deepEqual(targets.toSorted(), names);
    {
      using tensors = await openSafetensors(join(beside, "adapter_model.safetensors"));
      for (const name of names) {
        assert.ok(tensors.tensors.has(`base_model.model.${name}.lora_A.weight`), name);
      }
      using stored = await openSafetensors(join(whole, "model.safetensors"));
      assert.ok(stored.tensors.has("model.layers.1.self_attn.q_proj.weight"));
    }
    const config = JSON.parse(await Deno.readTextFile(join(whole, "config.json")));
    const { model_type, architectures, text_config, hidden_size } = config;
    assert.deepEqual([model_type, architectures, text_config, hidden_size], [
      "gemma3_text",
      ["Gemma3ForCausalLM"],
      undefined,
      8,
    ]);
    const inputs = ["the film was", "food"];
    const tokens = async (from: Pick<typeof result, "generate">) =>
      (await from.generate(inputs, { maxNewTokens: 8 })).map((each) => each.tokens);
    const expected = await tokens(result);
    for (const place of [beside, whole]) {
      const opened = await open(place);
      assert.deepEqual(await tokens(opened), expected, place);
      await opened.dispose();
    }
    await result.dispose();
  }));
