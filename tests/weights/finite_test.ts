import assert from "node:assert/strict";
import { join } from "node:path";
import { goldenPath } from "../models/golden.ts";
import { loadModel, openWeights, peft, writeShards } from "tunebook";
import { beforeValidation } from "../../lib/train/early_stopping.ts";
import { loadCheckpoint } from "../../lib/train/checkpoint.ts";
import { finite } from "../../lib/weights/finite.ts";
import { lazyWeights, loadWeights } from "../../lib/weights/load_weights.ts";
import { openSafetensors } from "../../lib/weights/safetensors.ts";
import { writeSafetensors } from "../../lib/weights/write_safetensors.ts";
import { isMistake } from "../is_mistake.ts";
import { inFolder } from "./in_folder.ts";

const specs = [{ path: "a", shape: [3], names: ["a"] }];

Deno.test("numbers that are none are told with file, tensor, how many and where", () => {
  const stored = { name: "dense.weight", path: "model.safetensors" };
  const plain = Float32Array.of(0, -1, 3e38);
  assert.equal(finite(plain, stored), plain);
  for (const wrong of [NaN, Infinity, -Infinity]) {
    assert.throws(
      () => finite(Float32Array.of(1, wrong, 2, wrong), stored),
      isMistake(
        "weights",
        `model.safetensors: 2 of the 4 numbers of the tensor "dense.weight" are NaN or infinite, ` +
          `the first (${wrong}) at 1 counted from 0`,
      ),
    );
  }
});

Deno.test("a checkpoint with NaN is refused when it is read, by the name of its shard", () =>
  inFolder(async (folder) => {
    await writeShards(folder, [
      { name: "b", dtype: "F32", shape: [3], data: Float32Array.of(1, 2, 3) },
      { name: "a", dtype: "F32", shape: [3], data: Float32Array.of(1, NaN, 3) },
    ], { maxShardBytes: 12 });
    const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
    using weights = await openWeights(folder);
    const shard = weights.tensors.get("a")!.file!;
    assert.ok(names.some((name) => shard === join(folder, name)), shard);
    const refused = isMistake("weights", `${shard}: 1 of the 3 numbers of the tensor "a"`);
    await assert.rejects(loadWeights(weights, specs, { ignore: [/b/] }), refused);
    const { values } = lazyWeights(weights, specs, { ignore: [/b/] });
    assert.throws(() => values.get("a"), refused);
    assert.throws(() => values.get("a"), refused);
  }));

Deno.test("a quantised checkpoint with NaN among its scales is refused", () =>
  inFolder(async (folder) => {
    const source = goldenPath("quantised/bert-nf4");
    await copyWith(join(source, "model.safetensors"), join(folder, "model.safetensors"), /absmax$/);
    const model = await loadModel({
      reference: folder,
      config: join(source, "config.json"),
      weights: join(folder, "model.safetensors"),
      outputs: 3,
      seed: 1,
    });
    const [held] = model.quantized!.values();
    assert.throws(() => held.scales(), isMistake("weights", folder, "absmax"));
  }));

Deno.test("an adapter with NaN is refused when its folder is read", () =>
  inFolder(async (folder) => {
    const source = goldenPath("peft/lora-bert");
    await Deno.copyFile(join(source, "adapter_config.json"), join(folder, "adapter_config.json"));
    const file = join(folder, "adapter_model.safetensors");
    await copyWith(join(source, "adapter_model.safetensors"), file, /layer\.1.*query\.lora_B/);
    await assert.rejects(
      peft(folder).open!(),
      isMistake("weights", file, "layer.1.attention.self.query.lora_B.weight"),
    );
  }));

Deno.test("the checkpoint of a training with NaN among its parameters is not continued", () =>
  inFolder(async (folder) => {
    const file = join(folder, "checkpoint.safetensors");
    const metadata = {
      version: "1",
      fingerprint: "{}",
      standing: JSON.stringify({ ...beforeValidation, step: 1, losses: [1] }),
    };
    const data = Float32Array.of(NaN);
    const tensor = { dtype: "F32" as const, shape: [1], data };
    await writeSafetensors(file, [{ name: "parameters/a", ...tensor }], metadata);
    await assert.rejects(
      loadCheckpoint(folder),
      isMistake("weights", file, "parameters/a", "The run cannot continue from it"),
    );
  }));

/** Copies a file of tensors with NaN as the first number of those whose name fits. */
async function copyWith(from: string, to: string, name: RegExp): Promise<void> {
  using file = await openSafetensors(from);
  const tensors = [];
  for (const key of file.tensors.keys()) {
    const { dtype, shape, bytes } = await file.read(key);
    if (dtype === "F32" && name.test(key)) new DataView(bytes.buffer).setFloat32(0, NaN, true);
    tensors.push({ name: key, dtype, shape, data: bytes });
  }
  await writeSafetensors(to, tensors as never, file.metadata);
}
