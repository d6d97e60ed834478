/** A pipe in the place of a file: opening it would wait without end. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { loadTokenizer } from "../../lib/text/tokenizer.ts";
import { readModelConfig } from "../../lib/models/read_model_config.ts";
import { readPeftFiles } from "../../lib/adapters/peft/files.ts";
import { loadCheckpoint } from "../../lib/train/checkpoint.ts";
import { openWeights } from "../../lib/weights/open_weights.ts";
import { isMistake } from "../is_mistake.ts";
import { inFolder } from "./in_folder.ts";

const hasPipes = Deno.build.os !== "windows";

async function pipe(path: string): Promise<string> {
  const { success } = await new Deno.Command("mkfifo", { args: [path] }).output();
  assert.ok(success);
  return path;
}

Deno.test({
  name: "a pipe as a shard, an index, a config, a tokenizer or an adapter is refused at once",
  ignore: !hasPipes,
  fn: () =>
    inFolder(async (folder) => {
      const at = (name: string) => join(folder, name);
      const noFile = isMistake("weights", /it is not a file/);
      const shard = await pipe(at("model-00001-of-00001.safetensors"));
      await Deno.writeTextFile(
        at("model.safetensors.index.json"),
        JSON.stringify({ weight_map: { w: "model-00001-of-00001.safetensors" } }),
      );
      await assert.rejects(openWeights(folder), noFile);
      await assert.rejects(openWeights(shard), noFile);
      await assert.rejects(openWeights(await pipe(at("other.index.json"))), noFile);
      await assert.rejects(readModelConfig(await pipe(at("config.json"))), noFile);
      await assert.rejects(loadTokenizer({ tokenizer: await pipe(at("tokenizer.json")) }), noFile);
      await assert.rejects(
        readPeftFiles(await pipe(at("adapter"))),
        isMistake("weights", /adapter/),
      );
      await pipe(at("adapter_config.json"));
      await assert.rejects(readPeftFiles(folder), noFile);
      await pipe(at("checkpoint.safetensors"));
      await assert.rejects(loadCheckpoint(folder), noFile);
    }),
});
