import assert from "node:assert/strict";
import { full } from "../../lib/adapters/full.ts";
import { openDevice } from "../../lib/engine/mod.ts";
import { attachTo, bodyPaths, modelWeights, pathPrefix } from "../../lib/nn/model.ts";
import { initialParameters } from "../../lib/train/initial_state.ts";
import { gradientRun, logitsOf, logitsRun } from "../nn/run_trainable_model.ts";
import { largestDifference, readGolden } from "./golden.ts";
import { goldenImageModel, sized } from "./golden_images.ts";
import { weightedImages } from "./weighted_images.ts";

/** Both sides compute in float32; results are below ten. */
const tolerance = 1e-4;

/** The golden models with the heads that they were saved with. */
const models: readonly [name: string, head: string, devices: readonly string[]][] = [
  ["vit", "classification", ["cpu", "tfjs:cpu"]],
  ["deit", "classification", ["cpu"]],
  ["resnet", "classification", ["cpu", "tfjs:cpu"]],
  ["resnet-v1", "classification", ["cpu"]],
  ["resnet-basic", "classification", ["cpu"]],
  ["convnext", "classification", ["cpu"]],
  ["yolos", "boxes", ["cpu", "tfjs:cpu"]],
  ["yolos-plain", "boxes", ["cpu"]],
  ["detr", "boxes", ["cpu"]],
  ["segformer", "masks", ["cpu", "tfjs:cpu"]],
  ["segformer-classes", "classification", ["cpu"]],
  ["mobilenet_v2", "classification", ["cpu"]],
  ["mobilenet_v2-masks", "masks", ["cpu"]],
  ["mobilenet_v2-dilated", "classification", ["cpu"]],
];

for (const [name, head, devices] of models) {
  for (const deviceName of devices) {
    Deno.test(`${name} gives what transformers gives for images, on ${deviceName}`, async () => {
      const golden = await readGolden(`vision/${name}/expected.safetensors`);
      const model = sized(await goldenImageModel(name, head), golden.pixel_values);
      assert.deepEqual(model.fresh, []);
      const objective = weightedImages(model, golden.weights);
      const trainable = {
        model,
        adapter: attachTo(model, full({ batchNorm: "running" })),
        objective,
      };
      const device = await openDevice(deviceName);
      const { pixel_values } = golden;
      const found = await logitsOf(trainable, device, { pixel_values });
      assert.deepEqual(found.shape, golden.results.shape);
      const difference = largestDifference(found.data, golden.results.data);
      assert.ok(difference < tolerance, `results differ by ${difference}`);
    });
  }

  // Its head is too wide for a small file of gradients.
  if (name === "mobilenet_v2-masks") continue;
  Deno.test(`${name} has PyTorch's gradients for images`, async () => {
    const golden = await readGolden(`vision/${name}/expected.safetensors`);
    const model = sized(await goldenImageModel(name, head), golden.pixel_values);
    const objective = weightedImages(model, golden.weights);
    const trainable = {
      model,
      adapter: attachTo(model, full({ batchNorm: "running" })),
      objective,
    };
    const { pixel_values } = golden;
    const run = await gradientRun(trainable, await openDevice("cpu"), { pixel_values });
    const start = initialParameters(trainable, 1);
    const loss = await run.lossAt(start);
    const gradients = await run.gradientsAt(start);
    await run.dispose();
    assert.ok(Math.abs(loss - Number(golden.loss.data[0])) < tolerance, `the loss is ${loss}`);
    const inner = bodyPaths(model);
    const found = modelWeights(model).filter(({ path }) => gradients.has(path))
      .map(({ path, layer }) => {
        const stored = `gradient.${inner.has(layer.path) ? pathPrefix(model) : ""}${path}`;
        assert.ok(golden[stored], `${stored} has no gradient in PyTorch`);
        const difference = largestDifference(gradients.get(path)!, golden[stored].data);
        assert.ok(difference < tolerance, `${path} differs by ${difference}`);
        return stored;
      });
    const all = Object.keys(golden).filter((key) => key.startsWith("gradient."));
    assert.deepEqual(found.sort(), all.sort());
  });
}

Deno.test("one compiled program serves batches of any size", async () => {
  for (const [name, head] of models) {
    const golden = await readGolden(`vision/${name}/expected.safetensors`);
    const model = sized(await goldenImageModel(name, head), golden.pixel_values);
    const objective = weightedImages(model, golden.weights);
    const trainable = { model, adapter: attachTo(model, full()), objective };
    await using run = await logitsRun(trainable, await openDevice("cpu"));
    const { shape: [images, ...shape], data } = golden.pixel_values;
    const size = data.length / images;
    const wanted = golden.results.data.length / images;
    for (const chosen of [[1], [1, 0, 1]]) {
      const pixels = chosen.flatMap((image) => [...data.slice(image * size, (image + 1) * size)]);
      const found = await run.logitsOf(
        { pixel_values: { shape: [chosen.length, ...shape], data: Float32Array.from(pixels) } },
        initialParameters(trainable, 1),
      );
      chosen.forEach((image, at) => {
        const difference = largestDifference(
          found.data.slice(at * wanted, (at + 1) * wanted),
          golden.results.data.slice(image * wanted, (image + 1) * wanted),
        );
        assert.ok(difference < tolerance, `${name}'s results differ by ${difference}`);
      });
    }
  }
});

const otherSizes = [["vit", "classification"], ["resnet", "classification"], ["yolos", "boxes"]];

for (const [name, head] of otherSizes) {
  Deno.test(`${name} gives what transformers gives for images of another size`, async () => {
    const golden = await readGolden(`vision/${name}/expected.safetensors`);
    const pixel_values = golden["other.pixel_values"];
    const model = sized(await goldenImageModel(name, head), pixel_values);
    const objective = weightedImages(model, golden.weights);
    const trainable = {
      model,
      adapter: attachTo(model, full({ batchNorm: "running" })),
      objective,
    };
    const found = await logitsOf(trainable, await openDevice("cpu"), { pixel_values });
    const difference = largestDifference(found.data, golden["other.results"].data);
    assert.ok(difference < tolerance, `results differ by ${difference}`);
  });
}

Deno.test("a checkpoint of a ViT alone, with a pooler, becomes a classifier", async () => {
  const model = await goldenImageModel("vit-bare", "classification");
  assert.deepEqual(model.fresh, ["classifier"]);
  assert.deepEqual(model.head, ["classifier"]);
  assert.ok(model.layers.every(({ path }) => !path.startsWith("pooler")));
});
