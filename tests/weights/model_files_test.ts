import assert from "node:assert/strict";
import { join } from "node:path";
import { fetchModelFiles } from "../../lib/weights/fetch_model.ts";
import { findModelFiles, missingFiles } from "../../lib/weights/model_files.ts";
import { inFolder } from "./in_folder.ts";

/** Writes empty files and the folders above them. */
async function touch(folder: string, ...names: string[]): Promise<void> {
  for (const name of names) {
    const path = join(folder, name);
    await Deno.mkdir(join(path, ".."), { recursive: true });
    await Deno.writeTextFile(path, "");
  }
}

Deno.test("files are found in the folder or in the one subfolder that is a model", () =>
  inFolder(async (folder) => {
    await touch(folder, "README.md", "model/config.json", "model/any.safetensors", "dist/index.js");
    assert.deepEqual(await findModelFiles("npm:m", folder), {
      reference: "npm:m",
      folder: join(folder, "model"),
      config: join(folder, "model", "config.json"),
      weights: join(folder, "model", "any.safetensors"),
      tokenizer: undefined,
      tokenizerConfig: undefined,
      chatTemplate: undefined,
      generationConfig: undefined,
      preprocessorConfig: undefined,
      schedulerConfig: undefined,
    });
    await touch(
      folder,
      "config.json",
      "model.safetensors",
      "tokenizer.json",
      "tokenizer_config.json",
    );
    const found = await findModelFiles("npm:m", folder);
    assert.equal(found.folder, folder);
    assert.equal(found.weights, join(folder, "model.safetensors"));
    assert.equal(found.tokenizer, join(folder, "tokenizer.json"));
    assert.equal(found.tokenizerConfig, join(folder, "tokenizer_config.json"));
  }));

Deno.test("no model and several models are errors that say what was looked for", () =>
  inFolder(async (folder) => {
    await touch(folder, "dist/index.js");
    await assert.rejects(findModelFiles("npm:m", folder), {
      kind: "weights",
      message: /npm:m: no config\.json in .* nor in a folder of it/,
    });
    await touch(folder, "small/config.json", "large/config.json");
    await assert.rejects(findModelFiles("npm:m", folder), {
      kind: "weights",
      message: /several models, in large, small\. Name one: npm:m\/large/,
    });
    await touch(folder, "config.json");
    await assert.rejects(findModelFiles("npm:m", folder), { message: /has no weights/ });
  }));

Deno.test("what a folder lacks is listed, shards one by one", () =>
  inFolder(async (folder) => {
    assert.deepEqual(await missingFiles(folder), ["config.json", "model.safetensors"]);
    assert.deepEqual(await missingFiles(folder, "x.safetensors"), ["config.json", "x.safetensors"]);
    await touch(folder, "config.json", "1.safetensors");
    const map = { a: "1.safetensors", b: "2.safetensors" };
    await Deno.writeTextFile(
      join(folder, "model.safetensors.index.json"),
      JSON.stringify({ weight_map: map }),
    );
    assert.deepEqual(await missingFiles(folder), ["2.safetensors"]);
    await touch(folder, "2.safetensors");
    assert.deepEqual(await missingFiles(folder), []);
    assert.deepEqual(await missingFiles(folder, "x.safetensors"), ["x.safetensors"]);
  }));

Deno.test("only the files that a model needs are fetched", async () => {
  const fetched: string[] = [];
  await fetchModelFiles("here", (name) => {
    fetched.push(name);
    return Promise.resolve(name === "modules.json" ? undefined : name);
  });
  assert.deepEqual(fetched, [
    "config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "chat_template.jinja",
    "generation_config.json",
    "preprocessor_config.json",
    "scheduler_config.json",
    "modules.json",
    "model.safetensors",
  ]);
});
