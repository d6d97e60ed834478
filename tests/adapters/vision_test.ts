import assert from "node:assert/strict";
import parity from "../golden/vision/parity.json" with { type: "json" };
import { bitfit } from "../../lib/adapters/bitfit.ts";
import { lora } from "../../lib/adapters/lora.ts";
import type { LoraOptions } from "../../lib/adapters/lora_options.ts";
import { vera } from "../../lib/adapters/vera.ts";
import { readPeftFolder, writePeftFolder } from "../../lib/adapters/peft/folder.ts";
import { openDevice } from "../../lib/engine/mod.ts";
import { families } from "../../lib/models/mod.ts";
import { chooseTargets } from "../../lib/nn/targets.ts";
import { attachTo, modelInfoOf } from "../../lib/nn/model.ts";
import { mergeModel, noAdapter } from "../../lib/nn/merge.ts";
import { openSafetensors } from "../../lib/weights/safetensors.ts";
import { writeSafetensors } from "../../lib/weights/write_safetensors.ts";
import { initialParameters } from "../../lib/train/initial_state.ts";
import { goldenPath, largestDifference, readGolden } from "../models/golden.ts";
import { goldenImageModel, sized } from "../models/golden_images.ts";
import { weightedImages } from "../models/weighted_images.ts";
import { logitsOf } from "../nn/run_trainable_model.ts";
import { inFolder } from "../weights/in_folder.ts";
import { assertSameFolder, configIn } from "./same_folder.ts";

/** Both sides compute in float32; results are below ten. */
const tolerance = 1e-4;
/** Folders of PEFT's, each on a model. */
const adapters = [
  ["lora-vit", "vit", "classification"],
  ["lora-vit-patches", "vit", "classification"],
  ["lora-resnet", "resnet", "classification"],
  ["dora-vit-patches", "vit", "classification"],
  ["dora-resnet", "resnet", "classification"],
  ["lora-segformer", "segformer", "masks"],
] as const;

for (const [name, base, head] of adapters) {
  Deno.test(`${name}: a folder of PEFT's gives PEFT's results, and is written as it was`, () =>
    inFolder(async (folder) => {
      const { results, pixel_values } = await readGolden(`vision/${name}/expected.safetensors`);
      const model = sized(await goldenImageModel(base, head), pixel_values);
      const objective = weightedImages(model, results);
      const source = goldenPath(`vision/${name}`);
      const { attached, values } = await readPeftFolder(source, model);
      const trainable = { model, adapter: attached, objective };
      const found = await logitsOf(trainable, await openDevice("cpu"), { pixel_values }, values);
      const difference = largestDifference(found.data, results.data);
      assert.ok(difference < tolerance, `results differ by ${difference}`);
      const merged = {
        ...trainable,
        model: mergeModel(model, attached, values),
        adapter: noAdapter,
      };
      const alone = await logitsOf(merged, await openDevice("cpu"), { pixel_values });
      const change = largestDifference(alone.data, results.data);
      assert.ok(change < tolerance, `merged results differ by ${change}`);
      await writePeftFolder(folder, model, attached, values, { taskType: null, labels: [] });
      await assertSameFolder(folder, source);
    }));
}

Deno.test("PEFT and transformers gave the results of folders that tunebook wrote", () => {
  const { differences } = parity;
  // A graph is no model that Python knows, and denoisers are those of diffusers.
  const known = families.filter(({ input, modelType, component }) =>
    input === "image" && modelType !== "graph" && component === undefined
  );
  for (const { modelType } of known) {
    assert.ok(`merged-${modelType}` in differences, modelType);
  }
  for (const [folder, difference] of Object.entries(differences)) {
    assert.ok(difference < parity.tolerance, `${folder} differs by ${difference}`);
  }
});

Deno.test("LoRA chooses a ViT's layers by the names of checkpoints and of modules", async () => {
  const info = modelInfoOf(await goldenImageModel("vit", "classification"));
  const paths = (targets?: readonly string[] | string) =>
    chooseTargets(info, targets).map(({ path }) => path);
  assert.deepEqual(paths(), paths(["q_proj", "v_proj"]));
  assert.deepEqual(paths(["query", "value"]), paths("vit\\.layers\\..*\\.(q|v)_proj"));
  assert.deepEqual(paths(["fc2"]), [
    "encoder.layer.0.output.dense",
    "encoder.layer.1.output.dense",
  ]);
  assert.equal(paths("all-linear").length, 12);
});

Deno.test("a LoRA of a ViT is written by the names of modules", () =>
  inFolder(async (folder) => {
    const model = await goldenImageModel("vit", "classification");
    const golden = await readGolden("vision/vit/expected.safetensors");
    const adapter = attachTo(model, lora({ rank: 2, targets: ["query", "output.dense"] }));
    const trainable = { model, adapter, objective: weightedImages(model, golden.weights) };
    const values = initialParameters(trainable, 1);
    await writePeftFolder(folder, model, adapter, values, { taskType: null, labels: [] });
    assert.deepEqual((await configIn(folder)).target_modules, ["q_proj", "o_proj", "fc2"]);
    using file = await openSafetensors(`${folder}/adapter_model.safetensors`);
    assert.ok(file.tensors.has("base_model.model.vit.layers.1.mlp.fc2.lora_B.weight"));
  }));

for (const [name, head] of [["convnext", "classification"], ["segformer", "masks"]] as const) {
  Deno.test(`${name}: BitFit saves the norms alone, whatever their last name fits beside them`, () =>
    inFolder(async (folder) => {
      const model = await goldenImageModel(name, head);
      const golden = await readGolden(`vision/${name}/expected.safetensors`);
      const adapter = attachTo(model, bitfit());
      const trainable = { model, adapter, objective: weightedImages(model, golden.weights) };
      const values = initialParameters(trainable, 1);
      const frozen = adapter.frozen!.map(({ name, values }) => [name, values()] as const);
      const all = new Map([...values, ...frozen]);
      await writePeftFolder(folder, model, adapter, all, { taskType: null, labels: [] });
      const { values: read } = await readPeftFolder(folder, model);
      for (const [path, numbers] of values) assert.deepEqual(read.get(path), numbers, path);
      // "0" would be a block, too.
      const { modules_to_save: saved } = await configIn(folder);
      assert.ok(Array.isArray(saved) && saved.length > 0);
      assert.deepEqual(saved.filter((module) => /^\d+$/.test(module)), []);
    }));
}

Deno.test("a folder with the older names of a ViT's modules is read, too", () =>
  inFolder(async (folder) => {
    const source = goldenPath("vision/lora-vit");
    const older = (name: string) =>
      name.replace("layers.", "encoder.layer.")
        .replace("attention.q_proj", "attention.attention.query")
        .replace("attention.v_proj", "attention.attention.value");
    using before = await openSafetensors(`${source}/adapter_model.safetensors`);
    const tensors = await Promise.all([...before.tensors].map(async ([name, { shape }]) => ({
      name: older(name),
      dtype: "F32" as const,
      shape,
      data: await before.readFloat32(name),
    })));
    await writeSafetensors(`${folder}/adapter_model.safetensors`, tensors);
    const config = { ...await configIn(source), target_modules: ["query", "value"] };
    await Deno.writeTextFile(`${folder}/adapter_config.json`, JSON.stringify(config));
    const model = await goldenImageModel("vit", "classification");
    const [old, present] = await Promise.all(
      [folder, source].map((each) => readPeftFolder(each, model)),
    );
    assert.deepEqual(new Map(old.values), new Map(present.values));
  }));

Deno.test("LoRA says which convolutions it cannot act on", async () => {
  const attach = async (name: string, options: LoraOptions) =>
    attachTo(await goldenImageModel(name, "classification"), lora(options));
  await assert.rejects(
    attach("convnext", { targets: ["dwconv"] }),
    /dwconv has groups of channels/,
  );
  await assert.rejects(
    attach("resnet", { targets: ["convolution"], start: "pissa" }),
    /is a convolution, which cannot start with pissa/,
  );
  const resnet = await goldenImageModel("resnet", "classification");
  assert.throws(() => attachTo(resnet, vera()), /is a convolution, on which lora acts/);
  assert.throws(
    () => attachTo(resnet, lora({ targets: "all-linear" })),
    /no linear layer but its head's.*Convolutions here: /,
  );
  assert.throws(
    () => attachTo(resnet, lora({ targets: ["convolutoin"] })),
    /did you mean "convolution"/,
  );
});
