import assert from "node:assert/strict";
import { full } from "../../lib/adapters/full.ts";
import { openDevice } from "../../lib/engine/mod.ts";
import { loadModel } from "../../lib/models/load_model.ts";
import { attachTo, type Model, modelWeights } from "../../lib/nn/model.ts";
import { initialParameters } from "../../lib/train/initial_state.ts";
import { gradientRun, logitsOf } from "../nn/run_trainable_model.ts";
import { goldenPath, largestDifference, readGolden } from "./golden.ts";
import { weightedImages } from "./weighted_images.ts";

/** Both sides compute in float32; results are below ten. */
const tolerance = 1e-4;

/** The golden models, their classes, and the devices that they are tried on. */
const models: readonly [name: string, classes: number, devices: readonly string[]][] = [
  ["dit", 4, ["cpu", "tfjs:cpu"]],
  ["dit-plain", 4, ["cpu"]],
];

function goldenDenoiser(name: string, classes: number): Promise<Model> {
  const folder = goldenPath(`denoisers/${name}`);
  return loadModel({
    reference: `file:${folder}`,
    config: `${folder}/config.json`,
    weights: `${folder}/diffusion_pytorch_model.safetensors`,
    head: { name: "denoiser", outputs: classes },
    seed: 1,
  });
}

async function trainableOf(name: string, classes: number) {
  const golden = await readGolden(`denoisers/${name}/expected.safetensors`);
  const model = await goldenDenoiser(name, classes);
  const objective = weightedImages(model, golden.weights);
  const { sample, timestep, class_labels } = golden;
  return {
    golden,
    trainable: { model, adapter: attachTo(model, full()), objective },
    batch: { sample, timestep, ...(class_labels ? { class_labels } : {}) },
  };
}

for (const [name, classes, devices] of models) {
  for (const device of devices) {
    Deno.test(`${name} gives what diffusers gives, on ${device}`, async () => {
      const { golden, trainable, batch } = await trainableOf(name, classes);
      assert.deepEqual(trainable.model.fresh, []);
      assert.deepEqual(trainable.model.head, []);
      const found = await logitsOf(trainable, await openDevice(device), batch);
      assert.deepEqual(found.shape, golden.results.shape);
      const difference = largestDifference(found.data, golden.results.data);
      assert.ok(difference < tolerance, `results differ by ${difference}`);
    });
  }

  Deno.test(`${name} has PyTorch's gradients`, async () => {
    const { golden, trainable, batch } = await trainableOf(name, classes);
    const run = await gradientRun(trainable, await openDevice("cpu"), batch);
    const start = initialParameters(trainable, 1);
    const loss = await run.lossAt(start);
    const gradients = await run.gradientsAt(start);
    await run.dispose();
    assert.ok(Math.abs(loss - Number(golden.loss.data[0])) < tolerance, `the loss is ${loss}`);
    const found = modelWeights(trainable.model).map(({ path }) => {
      const { data } = golden[`gradient.${path}`];
      const difference = largestDifference(gradients.get(path)!, data);
      const size = Math.max(1, largestDifference(data, new Float32Array(data.length)));
      assert.ok(difference < tolerance * size, `${path} differs by ${difference} of ${size}`);
      return `gradient.${path}`;
    });
    const all = Object.keys(golden).filter((key) => key.startsWith("gradient."));
    assert.deepEqual(found.sort(), all.sort());
  });
}

Deno.test("other classes than the checkpoint's make new tables, which are trained", async () => {
  const model = await goldenDenoiser("dit", 7);
  const tables = [0, 1].map((layer) =>
    `transformer_blocks.${layer}.norm1.emb.class_embedder.embedding_table`
  );
  assert.deepEqual(model.fresh, tables);
  assert.deepEqual(model.head, tables);
});
