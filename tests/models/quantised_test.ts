import assert from "node:assert/strict";
import { openDevice, quantizationFormats } from "../../lib/engine/mod.ts";
import { loadModel } from "../../lib/models/load_model.ts";
import { lora } from "../../lib/adapters/lora.ts";
import { full } from "../../lib/adapters/full.ts";
import { mergeModel } from "../../lib/nn/merge.ts";
import { attachTo, type Model } from "../../lib/nn/model.ts";
import type { TrainableModel } from "../../lib/nn/trainable_model.ts";
import { classificationObjective } from "../../lib/tasks/shared/classification_objective.ts";
import { checkGradients } from "../nn/check_gradients.ts";
import { goldenModel, goldenPath, largestDifference, oneHot, readGolden } from "./golden.ts";
import { runModel } from "./golden.ts";

const outputs = 3;
const logitTolerance = 1e-4;

function objectiveOf(labels: number[]) {
  return classificationObjective({ kind: "single", outputs, targets: oneHot(labels, outputs) });
}

async function batchOf(path: string) {
  const { input_ids, attention_mask, token_type_ids } = await readGolden(path);
  return { input_ids, attention_mask, token_type_ids };
}

for (const name of ["bert-nf4", "bert-fp4", "bert-int8"]) {
  Deno.test(`${name}, saved by transformers, has bitsandbytes' numbers and logits`, async () => {
    const model = await goldenModel(`quantised/${name}`);
    const golden = await readGolden(`quantised/${name}/expected.safetensors`);
    const paths = Object.keys(golden).filter((key) => key.startsWith("numbers."))
      .map((key) => key.slice("numbers.bert.".length));
    assert.equal(model.quantized!.size, 13);
    assert.equal(paths.length, 6);
    for (const path of paths) {
      const { data } = golden[`numbers.bert.${path}`];
      assert.equal(largestDifference(model.weights.get(path)!, data), 0, path);
    }
    const batch = await batchOf(`quantised/${name}/expected.safetensors`);
    for (const device of ["cpu", "tfjs:cpu"]) {
      const { logits } = await runModel(
        await openDevice(device),
        model,
        objectiveOf([0, 1, 2]),
        batch,
      );
      const difference = largestDifference(logits.data, golden.logits.data);
      assert.ok(difference < logitTolerance, `${device}: ${difference}`);
    }
  });
}

Deno.test("bitsandbytes stores what is quantised here", async () => {
  for (const format of ["nf4", "fp4"] as const) {
    const ours = await goldenModel("quantised/bert", outputs, 1, format);
    const theirs = await goldenModel(`quantised/bert-${format}`);
    assert.deepEqual([...ours.quantized!.keys()], [...theirs.quantized!.keys()]);
    for (const [path, weight] of ours.quantized!) {
      assert.deepEqual(weight.codes(), theirs.quantized!.get(path)!.codes(), path);
    }
  }
});

for (const format of quantizationFormats) {
  Deno.test(`a model in ${format} computes with the numbers that it shows`, async () => {
    const model = await goldenModel("quantised/bert", outputs, 1, format);
    const { quantized, ...rest } = model;
    const shown: Model = rest;
    assert.equal(quantized!.size, 13);
    const cpu = await openDevice("cpu");
    const batch = await batchOf("quantised/bert-nf4/expected.safetensors");
    const held = await runModel(cpu, model, objectiveOf([0, 1, 2]), batch);
    const plain = await runModel(cpu, shown, objectiveOf([0, 1, 2]), batch);
    assert.ok(largestDifference(held.logits.data, plain.logits.data) < 1e-5);
    const before = await runModel(
      cpu,
      await goldenModel("quantised/bert"),
      objectiveOf([0, 1, 2]),
      batch,
    );
    assert.ok(largestDifference(held.logits.data, before.logits.data) > 1e-3);
  });

  Deno.test(`LoRA over ${format} has the gradients of the quantised model`, async () => {
    const model = await goldenModel("quantised/bert", outputs, 1, format);
    const adapter = attachTo(model, lora({ rank: 2, targets: ["query", "output.dense"] }));
    const trainable: TrainableModel = { model, adapter, objective: objectiveOf([0, 2, 1, 1, 0]) };
    assert.ok((await checkGradients(trainable)).length > 10);
  });
}

Deno.test("merging leaves a float32 model with the numbers that training saw", async () => {
  const model = await goldenModel("quantised/bert", outputs, 1, "nf4");
  const adapter = attachTo(model, lora({ rank: 2 }));
  const values = new Map(adapter.parameters.map(({ name, shape }) => [
    name,
    new Float32Array(shape[0] * shape[1]),
  ]));
  const whole = mergeModel(model, adapter, values);
  assert.equal(whole.quantized, undefined);
  for (const path of model.quantized!.keys()) {
    assert.deepEqual(whole.weights.get(path), model.weights.get(path));
  }
});

Deno.test("what is quantised cannot be trained, or quantised to another format", async () => {
  const model = await goldenModel("quantised/bert", outputs, 1, "int8");
  const trainable: TrainableModel = {
    model,
    adapter: attachTo(model, full()),
    objective: objectiveOf([0, 1, 2]),
  };
  await assert.rejects(checkGradients(trainable), /is quantised \(int8\) and cannot be trained/);
  const folder = goldenPath("quantised/bert-nf4");
  await assert.rejects(
    loadModel({
      reference: "bert-nf4",
      config: `${folder}/config.json`,
      weights: folder,
      outputs,
      seed: 1,
      quantize: "int4",
    }),
    /is quantised already \(nf4\); leave out quantize/,
  );
});
