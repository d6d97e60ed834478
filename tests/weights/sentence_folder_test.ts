import assert from "node:assert/strict";
import { join } from "node:path";
import { downloadFromUrl } from "../../lib/weights/download_url.ts";
import { downloadFromHub } from "../../lib/weights/hub.ts";
import { findModelFiles } from "../../lib/weights/model_files.ts";
import { readSentenceFolder } from "../../lib/weights/sentence_folder.ts";
import { isMistake } from "../is_mistake.ts";
import { inFolder } from "./in_folder.ts";
import { model, withHub } from "./with_hub.ts";

type Files = Readonly<Record<string, unknown>>;

async function write(folder: string, files: Files): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await Deno.mkdir(join(path, ".."), { recursive: true });
    await Deno.writeTextFile(path, typeof content === "string" ? content : JSON.stringify(content));
  }
}

const module = (type: string, path: string) => ({ idx: 0, name: "0", type, path });

/** As version 6 writes a folder. */
const newFolder: Files = {
  "modules.json": [
    module("sentence_transformers.base.modules.transformer.Transformer", ""),
    module("sentence_transformers.sentence_transformer.modules.pooling.Pooling", "1_Pooling"),
    module("sentence_transformers.base.modules.normalize.Normalize", "2_Normalize"),
  ],
  "config.json": {},
  "model.safetensors": "",
  "1_Pooling/config.json": { embedding_dimension: 8, pooling_mode: "lasttoken" },
  "2_Normalize/config.json": {},
};

/** As version 2 did. */
const oldFolder: Files = {
  "modules.json": [
    module("sentence_transformers.models.Transformer", "0_Transformer"),
    module("sentence_transformers.models.Pooling", "1_Pooling"),
  ],
  "0_Transformer/config.json": {},
  "0_Transformer/model.safetensors": "",
  "0_Transformer/sentence_bert_config.json": { max_seq_length: 128, do_lower_case: false },
  "1_Pooling/config.json": {
    word_embedding_dimension: 8,
    pooling_mode_cls_token: true,
    pooling_mode_mean_tokens: false,
  },
};

Deno.test("pooling and normalisation are read from folders old and new", () =>
  inFolder(async (folder) => {
    const [old, recent] = ["old", "recent"].map((name) => join(folder, name));
    await write(old, oldFolder);
    await write(recent, newFolder);
    assert.deepEqual(await readSentenceFolder(recent), {
      transformer: "",
      source: { pooling: "last", normalize: true },
    });
    const found = await findModelFiles("file:old", old);
    assert.equal(found.folder, join(old, "0_Transformer"));
    assert.equal(found.weights, join(old, "0_Transformer", "model.safetensors"));
    assert.deepEqual(found.sentence, { pooling: "cls", normalize: false, maxTokens: 128 });
    assert.equal((await findModelFiles("file:recent", recent)).sentence?.pooling, "last");
  }));

Deno.test("what keeps the same vectors from being made is told", () =>
  inFolder(async (folder) => {
    const obstacleWith = async (files: Files) => {
      const path = await Deno.makeTempDir({ dir: folder });
      await write(path, { ...newFolder, ...files });
      return (await readSentenceFolder(path))?.source.obstacle;
    };
    const modules = newFolder["modules.json"] as object[];
    assert.match(
      (await obstacleWith({ "modules.json": [...modules, module("x.Dense", "3_Dense")] }))!,
      /Dense/,
    );
    const pooling = (pooling_mode: unknown) => ({ "1_Pooling/config.json": { pooling_mode } });
    assert.match((await obstacleWith(pooling("max")))!, /pools by max/);
    assert.match((await obstacleWith(pooling(["cls", "mean"])))!, /cls and mean/);
    assert.match((await obstacleWith({ "modules.json": modules.slice(0, 1) }))!, /no pooling/);
    assert.match(
      (await obstacleWith({ "sentence_bert_config.json": { do_lower_case: true } }))!,
      /lower case/,
    );
    const prompts = { query: "query: ", document: "" };
    const said = { "config_sentence_transformers.json": { prompts, default_prompt_name: "query" } };
    assert.match((await obstacleWith(said))!, /prompt "query: "/);
    const named = { "config_sentence_transformers.json": { prompts, default_prompt_name: null } };
    assert.equal(await obstacleWith(named), undefined);
  }));

Deno.test("a malformed folder is an error that names the file", () =>
  inFolder(async (folder) => {
    assert.equal(await readSentenceFolder(folder), undefined);
    await write(folder, { "modules.json": "{" });
    await assert.rejects(
      readSentenceFolder(folder),
      isMistake("weights", "modules.json is no JSON"),
    );
    for (const path of ["../elsewhere", "..", "a/b", 3]) {
      await write(folder, { "modules.json": [{ type: "x.Pooling", path }] });
      await assert.rejects(readSentenceFolder(folder), isMistake("weights", "no list of modules"));
    }
  }));

const texts = () =>
  Object.fromEntries(
    Object.entries(newFolder).map(([name, content]) => [
      name,
      typeof content === "string" ? content : JSON.stringify(content),
    ]),
  );

Deno.test("the small files of such a folder come with it from the hub and from a server", () =>
  withHub(async (hub, options) => {
    Object.assign(hub.files, texts(), { "config.json": "{}" });
    const folder = await downloadFromHub(model, options);
    assert.equal((await readSentenceFolder(folder))?.source.pooling, "last");
    assert.ok(hub.seen.some(({ path }) => path.endsWith("/1_Pooling/config.json")));
    const at = `${hub.endpoint}/${model.repository}/resolve/main/`;
    const { folder: other } = await downloadFromUrl(at, options);
    assert.equal((await readSentenceFolder(other))?.source.pooling, "last");
  }));
