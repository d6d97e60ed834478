import assert from "node:assert/strict";
import { join } from "node:path";
import { openWeights } from "../../lib/weights/open_weights.ts";
import type { TensorToWrite } from "../../lib/weights/write_safetensors.ts";
import { writeShards } from "../../lib/weights/write_shards.ts";
import { inFolder } from "./in_folder.ts";

/** F32 tensors of four values each, which take 16 bytes. */
function tensors(...names: string[]): TensorToWrite[] {
  return names.map((name, i) => ({
    name,
    dtype: "F32",
    shape: [4],
    data: new Float32Array(4).fill(i),
  }));
}

const filesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

Deno.test("a checkpoint that fits is one file", () =>
  inFolder(async (folder) => {
    const files = await writeShards(folder, tensors("a", "b"), { maxShardBytes: 32 });
    assert.deepEqual(files, ["model.safetensors"]);
    assert.deepEqual(filesIn(folder), files);
  }));

Deno.test("a larger one is split in order, with an index that names every tensor", () =>
  inFolder(async (folder) => {
    const names = ["e", "d", "c", "b", "a"];
    const files = await writeShards(folder, tensors(...names), { maxShardBytes: 32 });
    assert.deepEqual(files, [
      "model-00001-of-00003.safetensors",
      "model-00002-of-00003.safetensors",
      "model-00003-of-00003.safetensors",
      "model.safetensors.index.json",
    ]);
    assert.deepEqual(filesIn(folder), files);
    const index = JSON.parse(await Deno.readTextFile(join(folder, files[3])));
    assert.deepEqual(index.metadata, { total_size: 80 });
    assert.deepEqual(index.weight_map, {
      a: files[2],
      b: files[1],
      c: files[1],
      d: files[0],
      e: files[0],
    });
    using weights = await openWeights(folder);
    for (const [i, name] of names.entries()) {
      assert.deepEqual(await weights.readFloat32(name), new Float32Array(4).fill(i));
    }
  }));

Deno.test("a tensor larger than a shard stands alone", () =>
  inFolder(async (folder) => {
    const files = await writeShards(folder, tensors("a", "b"), { maxShardBytes: 3 });
    assert.equal(files.length, 3);
  }));

Deno.test("what an earlier checkpoint left is removed, and nothing else", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "config.json"), "{}");
    await Deno.writeTextFile(join(folder, "adapter_model.safetensors"), "");
    await writeShards(folder, tensors("a", "b", "c"), { maxShardBytes: 16 });
    await writeShards(folder, tensors("a", "b"), { maxShardBytes: 16 });
    assert.equal(filesIn(folder).length, 5);
    await writeShards(folder, tensors("a"));
    assert.deepEqual(filesIn(folder), [
      "adapter_model.safetensors",
      "config.json",
      "model.safetensors",
    ]);
  }));

Deno.test("a name that is in two shards is refused", () =>
  inFolder(async (folder) => {
    await assert.rejects(writeShards(folder, tensors("a", "b", "a"), { maxShardBytes: 16 }), {
      kind: "weights",
      message: /"a" is given twice/,
    });
    assert.deepEqual(filesIn(folder), []);
  }));
