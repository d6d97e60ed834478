import assert from "node:assert/strict";
import { join } from "node:path";
import { adapter, lora, merged, model, open, tableFromColumns } from "tunebook";
import { weightsIdentity } from "../../lib/pipeline/run/weights_identity.ts";
import { loadTokenizer } from "../../lib/text/tokenizer.ts";
import { goldenPath, largestDifference } from "../models/golden.ts";
import { inFolder } from "../weights/in_folder.ts";

const texts = ["The quick brown fox", "Don't they think", "Was ist das", "It's 12345 times better"];
const table = tableFromColumns({
  text: [...texts, ...texts, ...texts, ...texts],
  label: Array.from({ length: 16 }, (_, i) => i % 2 === 0 ? "even" : "odd"),
});

Deno.test("a GGUF file is fine-tuned and deployed as any other model", () =>
  inFolder(async (folder) => {
    const path = goldenPath("gguf/llama.gguf");
    const [peft, whole] = [join(folder, "adapter"), join(folder, "merged")];
    const result = await model(`file:${path}`)
      .data(table, { text: "text", label: "label", test: 0.25 })
      .adapt(lora())
      .train({ epochs: 2, batchSize: 4, learningRate: 1e-2 })
      .deploy(adapter(peft), merged(whole))
      .run();
    const asked = texts.slice(0, 3);
    const wanted = await result.predict(asked);
    const probabilities = (answers: typeof wanted) =>
      Array.from(answers).flatMap((each) => Object.values(each.probabilities));
    for (const place of [peft, whole]) {
      const found = await (await open(place)).predict(asked) as typeof wanted;
      const difference = largestDifference(probabilities(found), probabilities(wanted));
      assert.ok(difference < 1e-4, `${place}: probabilities differ by ${difference}`);
    }
    const [own, written] = await Promise.all([
      loadTokenizer({ tokenizer: path }),
      loadTokenizer({
        tokenizer: join(whole, "tokenizer.json"),
        tokenizerConfig: join(whole, "tokenizer_config.json"),
      }),
    ]);
    assert.deepEqual(written.encode(texts[1]), own.encode(texts[1]));
    const config = JSON.parse(await Deno.readTextFile(join(whole, "config.json")));
    assert.equal(config.model_type, "llama");
    assert.equal(config.rope_theta, 500);
  }));

Deno.test("the identity of a GGUF file is that of its numbers", () =>
  inFolder(async (folder) => {
    const bytes = await Deno.readFile(goldenPath("gguf/gpt2.gguf"));
    const path = join(folder, "model.gguf");
    await Deno.writeFile(path, bytes);
    const before = await weightsIdentity(path);
    assert.equal(await weightsIdentity(path), before);
    bytes[bytes.length - 64] ^= 1;
    await Deno.writeFile(path, bytes);
    assert.notEqual(await weightsIdentity(path), before);
  }));
