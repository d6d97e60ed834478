import assert from "node:assert/strict";
import { join } from "node:path";
import { configFile, tensorFile } from "../../lib/adapters/peft/files.ts";
import { readPeftFolder } from "../../lib/adapters/peft/folder.ts";
import { vera } from "../../lib/adapters/vera.ts";
import { openDevice } from "../../lib/engine/mod.ts";
import { attachTo } from "../../lib/nn/model.ts";
import { frozenOf } from "../../lib/nn/trainable_model.ts";
import { classificationObjective } from "../../lib/tasks/shared/classification_objective.ts";
import { openSafetensors } from "../../lib/weights/safetensors.ts";
import { type TensorToWrite, writeSafetensors } from "../../lib/weights/write_safetensors.ts";
import { goldenModel, goldenPath, largestDifference, readGolden } from "../models/golden.ts";
import { logitsOf } from "../nn/run_trainable_model.ts";
import { toyModel } from "../nn/toy.ts";
import { inFolder } from "../weights/in_folder.ts";

Deno.test("a folder that leaves the shared matrices to their key gives PEFT's logits", () =>
  inFolder(async (folder) => {
    const source = goldenPath("methods/vera-bert");
    const config = JSON.parse(await Deno.readTextFile(join(source, configFile)));
    const without = { ...config, save_projection: false };
    await Deno.writeTextFile(join(folder, configFile), JSON.stringify(without));
    using file = await openSafetensors(join(source, tensorFile));
    const tensors: TensorToWrite[] = [];
    for (const [name, { shape }] of file.tensors) {
      if (/vera_[AB]$/.test(name)) continue;
      tensors.push({ name, dtype: "F32", shape, data: await file.readFloat32(name) });
    }
    assert.equal(tensors.length, file.tensors.size - 2);
    await writeSafetensors(join(folder, tensorFile), tensors);

    const { logits, ...batch } = await readGolden("methods/vera-bert/expected.safetensors");
    const model = await goldenModel("bert");
    const { attached, values } = await readPeftFolder(folder, model);
    const objective = classificationObjective({
      kind: "single",
      outputs: 3,
      targets: new Float32Array(9),
    });
    const trainable = { model, adapter: attached, objective };
    const found = await logitsOf(trainable, await openDevice("cpu"), batch, values);
    assert.ok(largestDifference(found.data, logits.data) < 1e-4);
  }));

Deno.test("all linears share two matrices, which the key chooses", () => {
  const model = toyModel();
  const sharedBy = (key: number) => {
    const adapter = attachTo(model, vera({ rank: 3, key, targets: ["query", "output.dense"] }));
    assert.deepEqual(adapter.frozen!.map(({ shape }) => shape), [[3, 16], [8, 3]]);
    return frozenOf({ model, adapter })("vera_A");
  };
  assert.deepEqual(sharedBy(1), sharedBy(1));
  assert.notDeepEqual(sharedBy(1), sharedBy(2));
});
