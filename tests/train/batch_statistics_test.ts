/** Batch normalisation that trains: the batch's own statistics, and the running ones as a part of the state. */
import assert from "node:assert/strict";
import { full } from "../../lib/adapters/full.ts";
import { head } from "../../lib/adapters/head.ts";
import { openDevice, ops } from "../../lib/engine/mod.ts";
import type { ImageConfig } from "../../lib/nn/family.ts";
import { attachTo, bodyPaths, pathPrefix } from "../../lib/nn/model.ts";
import { frozenOf, parameters, type TrainableModel } from "../../lib/nn/trainable_model.ts";
import { statistics, trainedTensors, trainedWeights } from "../../lib/nn/trained.ts";
import { createOptimizer } from "../../lib/train/optimizer.ts";
import { gradientProgram, gradients } from "../../lib/train/gradient_program.ts";
import { groupSchedule } from "../../lib/train/group_steps.ts";
import { initialState } from "../../lib/train/initial_state.ts";
import { trainSettings } from "../../lib/train/train_options.ts";
import { gpuLack } from "../engine/devices/gpu_lack.ts";
import { largestDifference, readGolden } from "../models/golden.ts";
import { goldenImageModel } from "../models/golden_images.ts";
import { weightedImages } from "../models/weighted_images.ts";

/** Both sides compute in float32; gradients are below ten. */
const tolerance = 1e-4;

async function trainableOf(name: string, method = full()): Promise<{
  trainable: TrainableModel;
  golden: Awaited<ReturnType<typeof readGolden>>;
}> {
  const golden = await readGolden(`vision/${name}/batch_statistics.safetensors`);
  const opened = await goldenImageModel(name, "classification");
  const { shape: [, , height, width] } = golden.pixel_values;
  const config: ImageConfig = { ...opened.config as ImageConfig, imageSize: [height, width] };
  const model = { ...opened, config };
  const objective = weightedImages(model, golden.weights);
  return { trainable: { model, adapter: attachTo(model, method), objective }, golden };
}

const lack = await gpuLack();

for (const device of ["cpu", "tfjs:cpu", "webgpu"]) {
  for (const name of device === "webgpu" ? ["resnet-basic"] : ["resnet", "resnet-basic"]) {
    const reason = device === "webgpu" ? lack : undefined;
    const title = `${name} trains with the batch's statistics as transformers does, on ${device}${
      reason ? ` (${reason})` : ""
    }`;
    Deno.test({ name: title, ignore: reason !== undefined }, async () => {
      const { trainable, golden } = await trainableOf(name);
      const opened = await openDevice(device);
      const state = await initialState(trainable, opened, { accumulate: 1, seed: 1 });
      const compiled = await opened.compile(
        gradientProgram(trainable, { summed: state.tensors }),
        { frozen: frozenOf(trainable), state },
      );
      const rows = [0, 1, 2];
      const { loss } = await compiled.run({
        pixel_values: golden.pixel_values,
        ...trainable.objective.targetsOf(rows, 3),
        noise: { shape: [ops.noiseSize], data: new Float32Array(ops.noiseSize).fill(0.5) },
      });
      assert.ok(Math.abs(Number(loss.data[0]) - Number(golden.loss.data[0])) < tolerance);
      const inner = bodyPaths(trainable.model);
      const found = { gradient: await state.read(gradients), moved: await state.read(parameters) };
      for (const { path, layer } of trainedWeights(trainable.model, trainable.adapter)) {
        const stored = `${inner.has(layer.path) ? pathPrefix(trainable.model) : ""}${path}`;
        const isMoved = path.includes(".running_");
        const wanted = golden[isMoved ? stored : `gradient.${stored}`];
        const own = found[isMoved ? "moved" : "gradient"].get(path)!;
        const difference = largestDifference(own, wanted.data);
        assert.ok(difference < tolerance, `${path} differs by ${difference}`);
      }
      await compiled.dispose();
      state.dispose();
    });
  }
}

Deno.test("an optimizer moves no running statistics", async () => {
  const { trainable } = await trainableOf("resnet-basic");
  const device = await openDevice("cpu");
  const settings = trainSettings({ weightDecay: 0.5 });
  const state = await initialState(trainable, device, settings);
  const optimizer = await createOptimizer(device, state, settings);
  const before = await state.read(parameters);
  await state.write(
    gradients,
    new Map([...before].map(([name, numbers]) => [name, numbers.map(() => 1)])),
  );
  await optimizer.add(true);
  const schedule = groupSchedule(state, settings, { stepsPerEpoch: 10, totalSteps: 100 });
  assert.ok(schedule(9).every(({ group }) => group !== statistics));
  await optimizer.step(schedule(9));
  const after = await state.read(parameters);
  for (const [name, numbers] of before) {
    const isSame = numbers.every((each, i) => each === after.get(name)![i]);
    assert.equal(isSame, name.includes(".running_"), name);
  }
  await optimizer.dispose();
  state.dispose();
});

Deno.test("statistics stay where the scale does, or where full fine-tuning is asked to leave them", async () => {
  for (const method of [head(), full({ batchNorm: "running" })]) {
    const { trainable: { model, adapter } } = await trainableOf("resnet-basic", method);
    const tensors = trainedTensors(model, adapter);
    assert.ok(tensors.length > 0);
    assert.deepEqual(tensors.filter(({ group }) => group === statistics), []);
  }
  const { trainable: { model, adapter } } = await trainableOf("resnet-basic");
  const moving = trainedTensors(model, adapter).filter(({ group }) => group === statistics);
  const norms = model.layers.filter(({ kind }) => kind === "batchNorm");
  assert.equal(moving.length, 2 * norms.length);
});
