import assert from "node:assert/strict";
import { join } from "node:path";
import { type GeneratedImage, open } from "tunebook";
import { pretrainedHome, pretrainedModels } from "../../lib/weights/pretrained.ts";
import { resolveModel } from "../../lib/weights/resolve_model.ts";

/** What a person who clones tunebook may be asked to download for a model. */
const mostBytes = 16e6;

const generators = ["emoji"];
const texts = Object.keys(pretrainedModels).filter((name) => !generators.includes(name));

for (const name of texts) {
  Deno.test(`tunebook:${name} is a whole folder of transformers, with a card`, async () => {
    const { folder, config, weights, tokenizer, tokenizerConfig, generationConfig } =
      await resolveModel(`tunebook:${name}`);
    assert.ok(tokenizer && tokenizerConfig && generationConfig);
    const read = async (path: string) => JSON.parse(await Deno.readTextFile(path));
    assert.equal((await read(config)).dtype, "float16");
    const [architecture] = (await read(config)).architectures;
    const isDecoder = /CausalLM$/.test(architecture);
    assert.equal(
      typeof (await read(tokenizerConfig)).chat_template,
      isDecoder ? "string" : "undefined",
    );
    assert.ok((await Deno.stat(weights)).size < mostBytes);
    assert.match(await Deno.readTextFile(join(folder, "README.md")), /^---\n[^]*license:/);
  });

  Deno.test(`tunebook:${name} opens and writes`, async () => {
    const model = await open(`tunebook:${name}`);
    const [{ text }] = await model.generate(["The"], { maxNewTokens: 4 });
    assert.equal(typeof text, "string");
    await model.dispose();
  });
}

for (const name of generators) {
  Deno.test(`tunebook:${name} is a pipeline of diffusers, with a card, and draws`, async () => {
    const { folder, weights, schedulerConfig } = await resolveModel(`tunebook:${name}`);
    assert.ok(schedulerConfig);
    assert.ok((await Deno.stat(weights)).size < mostBytes);
    const root = join(folder, "..");
    assert.match(await Deno.readTextFile(join(root, "README.md")), /^---\n[^]*license:/);
    const { id2label } = JSON.parse(await Deno.readTextFile(join(root, "model_index.json")));
    const model = await open(`tunebook:${name}`);
    const asked = Object.values(id2label as Record<string, string>).slice(0, 2)
      .map((label) => ({ label, steps: 2 }));
    const drawn = await model.predict(asked) as GeneratedImage[];
    assert.deepEqual(drawn.map(({ label }) => label), asked.map(({ label }) => label));
    assert.ok(drawn.every(({ image }) => image.length > 0));
    await model.dispose();
  });
}

Deno.test("a model lies beside the modules of tunebook", () => {
  const home = pretrainedHome("english");
  assert.ok("folder" in home && home.folder.replaceAll("\\", "/").endsWith("/pretrained/english/"));
});
