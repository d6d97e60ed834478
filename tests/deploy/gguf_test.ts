import assert from "node:assert/strict";
import { join } from "node:path";
import {
  gguf,
  head,
  lora,
  type Method,
  model,
  prefixTuning,
  promptTuning,
  tableFromColumns,
  textGeneration,
} from "tunebook";
import { readGguf } from "../../lib/core/gguf/read_gguf.ts";
import { architectures } from "../../lib/weights/gguf/architectures/mod.ts";
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

/** One step of LoRA over a tiny random model, and its files. */
async function deployed(
  name: string,
  targets: readonly ReturnType<typeof gguf>[],
  method: Method = lora(),
) {
  const result = await model(reference(name))
    .data(table, textGeneration({ text: "text" }), { test: 1 / 3 })
    .adapt(method)
    .train({ epochs: 1, batchSize: 8, learningRate: 1e-2 })
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
  assert.throws(
    () => gguf("a.gguf", { format: "Q4_K" as "Q4_0" }),
    isMistake("input", "format", "Q4_0"),
  );
});
