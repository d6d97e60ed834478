import assert from "node:assert/strict";
import { join } from "node:path";
import { methodOf } from "../../lib/adapters/mod.ts";
import { peft } from "../../lib/adapters/peft.ts";
import { configFile, tensorFile } from "../../lib/adapters/peft/files.ts";
import { readPeftFolder, writePeftFolder } from "../../lib/adapters/peft/folder.ts";
import type { ErrorKind } from "../../lib/core/errors.ts";
import { openDevice } from "../../lib/engine/mod.ts";
import { createPredictor } from "../../lib/evaluate/predict.ts";
import { modelInfoOf } from "../../lib/nn/model.ts";
import { parameters } from "../../lib/nn/trainable_model.ts";
import { joinOutputs } from "../../lib/tasks/shared/text_examples.ts";
import { classificationObjective } from "../../lib/tasks/shared/classification_objective.ts";
import { initialState } from "../../lib/train/train.ts";
import { openSafetensors } from "../../lib/weights/safetensors.ts";
import { type TensorToWrite, writeSafetensors } from "../../lib/weights/write_safetensors.ts";
import { isMistake } from "../is_mistake.ts";
import { goldenModel, goldenPath, largestDifference, readGolden } from "../models/golden.ts";
import { inFolder } from "../weights/in_folder.ts";

const tolerance = 1e-4;
const folders = {
  "lora-bert": "bert",
  "rslora-roberta": "roberta",
  "lora-distilbert": "distilbert",
  "lora-one-layer-bert": "bert",
  "lora-except-roberta": "roberta",
  "lora-all-linear-roberta": "roberta",
  "lora-expression-bert": "bert",
  "lora-pooler-bert": "bert",
  "lora-biases-bert": "bert",
  "lora-saved-gpt2": "gpt2-classes",
};
/** With `bias: "all"` PEFT also writes what a saved module was before, which it never reads. */
const leftOver = /\.(?:original_module|modules_to_save)\./;
const outputs = 3;
const objective = classificationObjective({
  kind: "single",
  outputs,
  targets: new Float32Array(3 * outputs),
});

/** A copy of a golden PEFT folder with other fields or tensors. */
async function changed(
  folder: string,
  fields: Record<string, unknown>,
  tensors: (all: TensorToWrite[]) => TensorToWrite[] = (all) => all,
): Promise<string> {
  const source = goldenPath("peft/lora-bert");
  const config = JSON.parse(await Deno.readTextFile(join(source, configFile)));
  await Deno.writeTextFile(join(folder, configFile), JSON.stringify({ ...config, ...fields }));
  using file = await openSafetensors(join(source, tensorFile));
  const all: TensorToWrite[] = [];
  for (const [name, { shape }] of file.tensors) {
    all.push({ name, dtype: "F32", shape, data: await file.readFloat32(name) });
  }
  await writeSafetensors(join(folder, tensorFile), tensors(all));
  return folder;
}

for (const [name, base] of Object.entries(folders)) {
  Deno.test(`${name}, made by Python PEFT, gives Python's logits`, async () => {
    const golden = await readGolden(`peft/${name}/expected.safetensors`);
    const model = await goldenModel(base);
    const { attached, values } = await readPeftFolder(goldenPath(`peft/${name}`), model);
    const device = await openDevice("cpu");
    const trainable = { model, adapter: attached, objective };
    // The state as training would start from it: head and adapter come from the folder.
    const state = await initialState(trainable, device, { accumulate: 1, seed: 1 });
    assert.deepEqual(await state.read(parameters), values);
    const predictor = await createPredictor(trainable, device, state);
    const { logits, ...feeds } = golden;
    const [rows, tokens] = golden.input_ids.shape;
    const found = await predictor.outputs({
      lengths: Array(rows).fill(tokens),
      feedsOf: () => feeds,
    });
    const difference = largestDifference(joinOutputs(found), logits.data);
    assert.ok(difference < tolerance, `logits differ by ${difference}`);
    const plain = await goldenModel(base);
    const untouched = plain.weights.get(plain.layers.at(-1)!.path + ".weight")!;
    assert.notDeepEqual(values.get(plain.layers.at(-1)!.path + ".weight"), untouched);
    await predictor.dispose();
    state.dispose();
  });

  Deno.test(`${name} written again holds the same bits and fields`, () =>
    inFolder(async (folder) => {
      const model = await goldenModel(base);
      const source = goldenPath(`peft/${name}`);
      const first = await readPeftFolder(source, model);
      await writePeftFolder(folder, model, first.attached, first.values, {
        taskType: "SEQ_CLS",
        labels: ["a", "b", "c"],
      });
      const second = await readPeftFolder(folder, model);
      assert.deepEqual(second.values, first.values);
      assert.deepEqual(second.labels, ["a", "b", "c"]);

      using before = await openSafetensors(join(source, tensorFile));
      using after = await openSafetensors(join(folder, tensorFile));
      const kept = [...before.tensors.keys()].filter((tensor) => !leftOver.test(tensor));
      assert.deepEqual([...after.tensors.keys()].sort(), kept.sort());
      for (const tensor of kept) {
        assert.deepEqual(await after.read(tensor), await before.read(tensor), tensor);
      }
      const { base_model_name_or_path: reference, ...fields } = second.config;
      assert.equal(reference, model.reference.replace("file:", ""));
      const { base_model_name_or_path: _, ...wanted } = first.config;
      assert.deepEqual(fields, wanted);
    }));
}

Deno.test("unknown fields survive reading and writing", () =>
  inFolder(async (folder) => {
    const model = await goldenModel("bert");
    const note = { made: ["by", "hand"], at: null };
    await changed(folder, { a_later_field: note, peft_version: "9.9.9" });
    const { attached, values, labels } = await readPeftFolder(folder, model);
    assert.equal(labels, undefined);
    await writePeftFolder(join(folder, "again"), model, attached, values, {
      taskType: "SEQ_CLS",
      labels: ["x", "y", "z"],
    });
    const config = JSON.parse(await Deno.readTextFile(join(folder, "again", configFile)));
    assert.deepEqual(config.a_later_field, note);
    assert.equal(config.peft_version, "9.9.9");
  }));

Deno.test("full paths and patterns with the model's prefix are understood", () =>
  inFolder(async (folder) => {
    const model = await goldenModel("bert");
    const { values } = await readPeftFolder(goldenPath("peft/lora-bert"), model);
    const paths = [0, 1].flatMap((i) =>
      ["query", "value"].map((name) => `bert.encoder.layer.${i}.attention.self.${name}`)
    );
    for (const target_modules of [paths, String.raw`bert\.encoder\..*\.(query|value)`]) {
      const rank_pattern = { "bert.encoder.layer.0.attention.self.query": 4 };
      const alpha_pattern = { [String.raw`.*\.value`]: 8 };
      await changed(folder, { target_modules, rank_pattern, alpha_pattern, r: 4 });
      assert.deepEqual((await readPeftFolder(folder, model)).values, values);
    }
  }));

Deno.test("a head that the folder was not told to save stays the checkpoint's", () =>
  inFolder(async (folder) => {
    const model = await goldenModel("bert");
    const folderWithout = await changed(
      folder,
      { modules_to_save: null },
      (all) => all.filter(({ name }) => !name.includes("classifier")),
    );
    const { values } = await readPeftFolder(folderWithout, model);
    assert.deepEqual(values.get("classifier.weight"), model.weights.get("classifier.weight"));
    await changed(folder, {}, (all) => all.filter(({ name }) => !name.includes("classifier")));
    await assert.rejects(
      readPeftFolder(folder, model),
      isMistake("weights", "missing (2)", "base_model.model.classifier.weight"),
    );
  }));

Deno.test("everything that cannot be computed is one error", () =>
  inFolder(async (folder) => {
    const model = await goldenModel("bert");
    const fields = {
      use_qalora: true,
      bias: "some",
      init_lora_weights: "olora",
      lora_bias: true,
      layer_replication: [[0, 1]],
      target_parameters: ["x"],
      trainable_token_indices: [1],
      alora_invocation_tokens: [1],
      target_modules: null,
      r: null,
      lora_alpha: "16",
    };
    await changed(folder, fields);
    await assert.rejects(
      readPeftFolder(folder, model),
      isMistake("weights", join(folder, configFile), ...Object.keys(fields).slice(0, 11)),
    );
    const wrong: [Record<string, unknown>, ErrorKind, RegExp][] = [
      [{ peft_type: "OFT" }, "unsupported", /peft_type is "OFT"; this version reads LORA/],
      [{ peft_type: "constructor" }, "unsupported", /peft_type is "constructor"/],
      [{ peft_type: undefined }, "unsupported", /peft_type is missing/],
      [{ r: 0 }, "weights", /rank is 0/],
      [{ rank_pattern: { query: 1.5 } }, "weights", /query.* is 1\.5/],
      [{ rank_pattern: ["query"] }, "weights", /ranks is \["query"\], but must be an object/],
      [{ lora_dropout: 1 }, "weights", /dropout is 1/],
      [{ lora_dropout: "0.1" }, "weights", /dropout is "0\.1"/],
      [{ rank_pattern: { "(": 2 } }, "unsupported", /rank_pattern has the regular expression "\("/],
      [{ target_modules: [] }, "input", /targets is empty/],
    ];
    for (const [change, kind, message] of wrong) {
      await changed(folder, change);
      await assert.rejects(readPeftFolder(folder, model), isMistake(kind, message, folder));
    }
  }));

Deno.test("the tensors say which linears are adapted, whatever the config's words mean to Python", () =>
  inFolder(async (folder) => {
    const model = await goldenModel("bert");
    const wanted = await readPeftFolder(goldenPath("peft/lora-bert"), model);
    for (const target_modules of ["(?P<any>.*)(query|value)", "(?x) . * # any", "all-linear"]) {
      await changed(folder, { target_modules });
      const { attached, values, config } = await readPeftFolder(folder, model);
      assert.deepEqual(attached.targets, wanted.attached.targets);
      assert.deepEqual(values, wanted.values);
      assert.equal(config.target_modules, target_modules);
    }
  }));

Deno.test("a module that a folder names and does not hold is missed by its name", () =>
  inFolder(async (folder) => {
    await changed(folder, { modules_to_save: ["classifier", "pooler"] });
    await assert.rejects(
      readPeftFolder(folder, await goldenModel("bert")),
      isMistake("weights", folder, "missing (2)", "base_model.model.bert.pooler.dense.weight"),
    );
  }));

Deno.test("missing, surplus and wrongly shaped tensors are one error", () =>
  inFolder(async (folder) => {
    const model = await goldenModel("bert");
    const lost = "base_model.model.bert.encoder.layer.1.attention.self.value.lora_B.weight";
    await changed(folder, {}, (all) => [
      ...all.filter(({ name }) => name !== lost)
        .map((each) => each.name.endsWith("classifier.bias") ? { ...each, shape: [3, 1] } : each),
      { name: "base_model.model.odd", dtype: "F32", shape: [1], data: Float32Array.of(1) },
    ]);
    await assert.rejects(
      readPeftFolder(folder, model),
      isMistake(
        "weights",
        join(folder, tensorFile),
        "missing (1)",
        lost,
        "surplus (1)",
        "base_model.model.odd",
        "wrong shape (1)",
        "classifier.bias",
      ),
    );
    const twoLabels = await goldenModel("bert", 2);
    await assert.rejects(
      readPeftFolder(goldenPath("peft/lora-bert"), twoLabels),
      isMistake(
        "weights",
        "wrong shape (2)",
        "classifier.weight",
        "[3, 32], the model wants [2, 32]",
      ),
    );
  }));

Deno.test("folders without an adapter are errors that name the file", () =>
  inFolder(async (folder) => {
    const read = () => peft(folder).open!();
    await assert.rejects(read(), isMistake("weights", join(folder, configFile), "cannot be read"));
    for (const text of ["{", "[]", "null", "3"]) {
      await Deno.writeTextFile(join(folder, configFile), text);
      await assert.rejects(read(), isMistake("weights", join(folder, configFile)));
    }
    await Deno.writeTextFile(join(folder, configFile), '{"peft_type":"LORA"}');
    await assert.rejects(read(), isMistake("weights", join(folder, tensorFile)));
    await Deno.writeTextFile(join(folder, tensorFile), "no tensors");
    await assert.rejects(read(), isMistake("weights", join(folder, tensorFile)));
  }));

Deno.test("peft is a method of plan files", async () => {
  assert.deepEqual(methodOf("peft", { folder: "a" }).settings, { folder: "a" });
  assert.throws(() => methodOf("peft", {}), isMistake("input", "folder is missing"));
  assert.throws(() => methodOf("peft", { folder: 3 }), isMistake("input", "folder is 3"));
  const host = modelInfoOf(await goldenModel("bert"));
  assert.throws(() => peft("a").attach(host), isMistake("input", "open()"));
});
