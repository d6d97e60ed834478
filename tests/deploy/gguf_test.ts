import assert from "node:assert/strict";
import { join } from "node:path";
import {
  adalora,
  full,
  gguf,
  head,
  ia3,
  lora,
  merged,
  type Method,
  model,
  open,
  prefixTuning,
  promptTuning,
  tableFromColumns,
  textGeneration,
  vera,
} from "tunebook";
import { readGguf } from "../../lib/core/gguf/read_gguf.ts";
import { architectures } from "../../lib/weights/gguf/architectures/mod.ts";
import { readModelConfig } from "../../lib/models/read_model_config.ts";
import { loadTokenizer } from "../../lib/text/tokenizer.ts";
import { openWeights } from "../../lib/weights/open_weights.ts";
import { isMistake } from "../is_mistake.ts";
import { goldenPath } from "../models/golden.ts";
import { inFolder } from "../weights/in_folder.ts";
import { askLlamaCpp, askTunebook, nodeLlamaCpp } from "./gguf/greedy.ts";

const texts = [
  "The quick brown fox jumps",
  "Don't they think it's",
  "Was ist das",
  "better than 12345",
];
const table = tableFromColumns({ text: [...texts, ...texts, ...texts] });
const quiet = { quiet: true };
const reference = (name: string) => `file:${goldenPath(`gguf/${name}.gguf`)}`;

/** One step of LoRA over a tiny random model, or none, and its files. */
async function deployed(
  name: string,
  targets: readonly ReturnType<typeof gguf>[],
  method: Method = lora(),
  epochs = 1,
) {
  const result = await model(reference(name))
    .data(table, textGeneration({ text: "text" }), { test: 1 / 3 })
    .adapt(method)
    .train({ epochs, batchSize: 8, learningRate: 1e-2 })
    .deploy(...targets)
    .run(quiet);
  await result.dispose();
  return result.receipts;
}

for (const { name } of architectures) {
  Deno.test(`${name} is written as GGUF and read again`, () =>
    inFolder(async (folder) => {
      const path = (format: string) => join(folder, `${format}.gguf`);
      const receipts = await deployed(name, [
        gguf(path("F32"), { format: "F32" }),
        gguf(path("F16")),
        // Weights of random models are no smooth crowd, and words that nobody learned say little.
        gguf(path("Q8_0"), { format: "Q8_0", mostDrift: 0.1 }),
      ]);
      assert.deepEqual(receipts.map((each) => each.files[0].path), [
        "F32.gguf",
        "F16.gguf",
        "Q8_0.gguf",
      ]);
      assert.ok(receipts[0].largestDifference < 5e-5);
      const [from, to] = [goldenPath(`gguf/${name}.gguf`), path("F16")];
      const [own, written] = [await readGguf(from), await readGguf(to)];
      assert.deepEqual([...written.tensors.keys()].sort(), [...own.tensors.keys()].sort());
      for (const [tensor, { shape, type }] of written.tensors) {
        assert.deepEqual(shape, own.tensors.get(tensor)!.shape, tensor);
        assert.equal(type, shape.length === 1 || tensor.startsWith("position") ? 0 : 1, tensor);
      }
      const [before, after] = [
        await loadTokenizer({ tokenizer: from }),
        await loadTokenizer({ tokenizer: to }),
      ];
      const golden = JSON.parse(await Deno.readTextFile(goldenPath("gguf/tokenizers.json")));
      for (const text of golden.texts) assert.deepEqual(after.encode(text), before.encode(text));
      assert.deepEqual(after.chat.templates, before.chat.templates);
      assert.deepEqual(after.chat.tokens, before.chat.tokens);
      // The norms are what no method trained.
      using base = await openWeights(from);
      using again = await openWeights(path("F32"));
      for (const [tensor, { shape }] of base.tensors) {
        if (shape.length > 1) continue;
        assert.deepEqual(await again.readFloat32(tensor), await base.readFloat32(tensor), tensor);
      }
    }));

  Deno.test({
    name: `llama.cpp says what tunebook says of a written ${name}`,
    ignore: nodeLlamaCpp === undefined,
    fn: () =>
      inFolder(async (folder) => {
        const path = join(folder, "model.gguf");
        await deployed(name, [gguf(path)]);
        const [ours, theirs] = [
          await askTunebook(path, texts, 12),
          await askLlamaCpp(path, texts, 12),
        ];
        assert.deepEqual(theirs, ours);
      }),
  });
}

Deno.test("in Q4_0 words are Q8_0 and other matrices Q4_0", () =>
  inFolder(async (folder) => {
    const path = join(folder, "model.gguf");
    const [receipt] = await deployed("qwen2", [gguf(path, { format: "Q4_0", mostDrift: 2 })]);
    const { trained, written } = receipt.perplexity!;
    assert.ok(Math.abs(Math.abs(Math.log(written / trained)) - receipt.largestDifference) < 1e-6);
    const { tensors } = await readGguf(path);
    assert.equal(tensors.get("token_embd.weight")!.type, 8);
    assert.equal(tensors.get("blk.0.attn_q.weight")!.type, 2);
    assert.equal(tensors.get("blk.0.attn_q.bias")!.type, 0);
    await assert.rejects(
      deployed("qwen2", [gguf(path, { format: "Q4_0", mostDrift: 1e-6 })]),
      isMistake("output", "difference of the mean loss", "mostDrift"),
    );
    // What was there before stays.
    assert.equal((await readGguf(path)).size, receipt.files[0].bytes);
    assert.deepEqual([...Deno.readDirSync(folder)].map((each) => each.name), ["model.gguf"]);
  }));

Deno.test("a file that no deployment wrote is not replaced", () =>
  inFolder(async (folder) => {
    const path = join(folder, "model.gguf");
    await Deno.copyFile(goldenPath("gguf/qwen2.gguf"), path);
    await assert.rejects(
      deployed("llama", [gguf(path)]),
      isMistake("output", path, "no deployment wrote it"),
    );
    const own = join(folder, "own.gguf");
    await deployed("gpt2", [gguf(own)]);
    await deployed("llama", [gguf(own)]);
    assert.equal((await readGguf(own)).metadata.get("general.architecture"), "llama");
  }));

Deno.test("what GGUF cannot hold is refused before training", () =>
  inFolder(async (folder) => {
    const target = gguf(join(folder, "model.gguf"));
    for (const method of [promptTuning({ tokens: 2 }), prefixTuning({ tokens: 2 })]) {
      await assert.rejects(
        deployed("llama", [target], method),
        isMistake("unsupported", "this cannot be deployed", "cannot be merged"),
      );
    }
    const labelled = tableFromColumns({
      text: [...texts, ...texts],
      label: ["a", "b", "a", "b", "a", "b", "a", "b"],
    });
    await assert.rejects(
      model(reference("llama")).data(labelled, { text: "text", label: "label", test: 0.5 })
        .adapt(head()).train({ epochs: 1 }).deploy(target).run(quiet),
      isMistake("unsupported", "one with the head classification"),
    );
  }));

Deno.test("a file's name ends in .gguf, and drift belongs to what rounds", () => {
  assert.throws(() => gguf("out/folder"), isMistake("input", 'gguf("out/reviews.gguf")'));
  assert.throws(() => gguf("a.gguf", { mostDrift: 1 }), isMistake("input", "mostDrift"));
  assert.throws(() => gguf("a.gguf", { mostScoreLoss: -1 }), isMistake("input", "mostScoreLoss"));
  assert.equal(gguf("a.gguf", { mostScoreLoss: 0.1 }).mostScoreLoss, 0.1);
  assert.throws(
    () => gguf("a.gguf", { format: "Q4_K" as "Q4_0" }),
    isMistake("input", "format", "Q4_0"),
  );
});

for (const { name } of architectures) {
  Deno.test(`LoRA of ${name} alone is written as GGUF`, () =>
    inFolder(async (folder) => {
      const [path, whole] = [join(folder, "lora.gguf"), join(folder, "model.gguf")];
      const half = join(folder, "half.gguf");
      const receipts = await deployed(name, [
        gguf(path, { adapter: true }),
        gguf(half, { adapter: true, format: "F16" }),
        gguf(whole, { format: "F32" }),
      ], lora({ rank: 4, alpha: 6 }));
      assert.ok(receipts[0].largestDifference < 5e-5);
      const { metadata, tensors } = await readGguf(path, { isAdapter: true });
      assert.equal(metadata.get("general.type"), "adapter");
      assert.equal(metadata.get("general.architecture"), name);
      assert.equal(metadata.get("adapter.lora.alpha"), 6);
      const base = await readGguf(goldenPath(`gguf/${name}.gguf`));
      assert.ok(tensors.size > 0);
      for (const [tensor, { shape, type }] of tensors) {
        const [, weight, part] = /^(.+)\.lora_([ab])$/.exec(tensor)!;
        const { shape: [outFeatures, inFeatures] } = base.tensors.get(weight)!;
        assert.deepEqual(shape, part === "a" ? [4, inFeatures] : [outFeatures, 4], tensor);
        assert.equal(type, 0);
      }
      await assert.rejects(readGguf(path), isMistake("unsupported", "general.type is adapter"));
      if (nodeLlamaCpp === undefined) return;
      const asked = [texts, 12] as const;
      const expected = await askLlamaCpp(whole, ...asked);
      // llama.cpp rounds what it multiplies with quantised weights, and these are not small.
      const from = join(folder, "base.gguf");
      await deployed(name, [gguf(from, { format: "F32" })], lora(), 0);
      for (const file of [path, half]) {
        assert.deepEqual(await askLlamaCpp(from, ...asked, file), expected);
      }
      assert.notDeepEqual(await askLlamaCpp(from, ...asked), expected);
    }));
}

Deno.test("ranks of each layer and VeRA come down to LoRA", () =>
  inFolder(async (folder) => {
    const path = join(folder, "lora.gguf");
    const ranks = lora({ rank: 4, ranks: { q_proj: 2 }, rankStabilised: true });
    // The second replaces the first, as what a deployment wrote.
    for (const method of [ranks, vera({ rank: 4 })]) {
      const [{ largestDifference }] = await deployed(
        "llama",
        [gguf(path, { adapter: true })],
        method,
      );
      assert.ok(largestDifference < 5e-5);
    }
  }));

Deno.test("AdaLoRA whose singular values are all 0 changes nothing as LoRA", () =>
  inFolder(async (folder) => {
    const path = join(folder, "lora.gguf");
    const [receipt] = await deployed("llama", [gguf(path, { adapter: true })], adalora(), 0);
    assert.ok(receipt.largestDifference < 5e-5);
    const { metadata } = await readGguf(path, { isAdapter: true });
    assert.notEqual(metadata.get("adapter.lora.alpha"), 0);
  }));

Deno.test("an adapter of llama.cpp is LoRA alone", () =>
  inFolder(async (folder) => {
    const target = gguf(join(folder, "lora.gguf"), { adapter: true });
    for (const method of [full(), promptTuning({ tokens: 2 }), ia3(), lora({ dora: true })]) {
      await assert.rejects(
        deployed("llama", [target], method),
        isMistake("unsupported", "this cannot be deployed", "LoRA alone"),
      );
    }
    assert.throws(
      () => gguf("a.gguf", { adapter: true, format: "Q8_0" }),
      isMistake("input", "format", "F32 or F16"),
    );
  }));

Deno.test("Mistral is a Llama with a window in GGUF", () =>
  inFolder(async (folder) => {
    const [base, path] = [join(folder, "base"), join(folder, "mistral.gguf")];
    const fresh = await model(reference("llama")).data(table, textGeneration({ text: "text" }))
      .adapt(lora()).train({ epochs: 0 }).deploy(merged(base)).run(quiet);
    await fresh.dispose();
    const configPath = join(base, "config.json");
    const { attention_bias: _, mlp_bias: __, ...json } = JSON.parse(
      await Deno.readTextFile(configPath),
    );
    const window = 32;
    for (const sliding_window of [window, null]) {
      const mistral = { ...json, model_type: "mistral", sliding_window };
      await Deno.writeTextFile(
        configPath,
        JSON.stringify({ ...mistral, architectures: ["MistralForCausalLM"] }),
      );
      const result = await model(`file:${base}`)
        .data(table, textGeneration({ text: "text" }), { test: 1 / 3 })
        .adapt(lora()).train({ epochs: 1, batchSize: 8, learningRate: 1e-2 })
        .deploy(gguf(path)).run(quiet);
      await result.dispose();
      const { metadata } = await readGguf(path);
      assert.equal(metadata.get("general.architecture"), "llama");
      assert.equal(metadata.get("llama.attention.sliding_window"), sliding_window ?? undefined);
      assert.equal(
        metadata.get("llama.context_length"),
        sliding_window ?? json.max_position_embeddings,
      );
      const { json: read } = await readModelConfig(path);
      assert.equal(read.model_type, sliding_window === null ? "llama" : "mistral");
      if (nodeLlamaCpp === undefined || sliding_window !== null) continue;
      assert.deepEqual(await askLlamaCpp(path, texts, 12), await askTunebook(path, texts, 12));
    }
  }));

Deno.test("a GGUF file opens with the task that it was written for", () =>
  inFolder(async (folder) => {
    const path = join(folder, "model.gguf");
    await deployed("llama", [gguf(path)]);
    const { json: { tunebook_task: note } } = await readModelConfig(path);
    const { name, settings } = textGeneration({ text: "text" });
    assert.deepEqual(JSON.parse(note as string), JSON.parse(JSON.stringify({ name, settings })));
    const opened = await open(path);
    assert.equal(opened.task, "text-generation");
    await opened.dispose();
  }));
