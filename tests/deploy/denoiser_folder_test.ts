/** Denoisers as folders of diffusers' pipelines, and opened from them. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { denoisingError, full, lora, merged, model, onnx, open } from "tunebook";
import { drawings, drawingTask, kinds, size } from "../tasks/image_generation/drawings.ts";

const json = async (...path: string[]) => JSON.parse(await Deno.readTextFile(join(...path)));

Deno.test("a denoiser is deployed as a pipeline's folder, which opens, draws alike and is trained on", async () => {
  const folder = await Deno.makeTempDir();
  const rows = await drawings();
  const [whole, half, graph, second] = ["merged", "half", "onnx", "second"]
    .map((name) => join(folder, name));
  const result = await model("new:dit", size)
    .data(rows, drawingTask(), { test: 4 })
    .adapt(full())
    .train({ epochs: 4, batchSize: 8, learningRate: 1e-2 })
    .evaluate({ denoisingError })
    .deploy(merged(whole), merged(half, { dtype: "float16" }), onnx(graph))
    .run({ quiet: true });
  for (const receipt of result.receipts) {
    assert.ok(receipt.largestDifference <= receipt.tolerance);
    assert.equal(receipt.reader?.settings, 2);
  }
  assert.deepEqual(await json(whole, "model_index.json"), {
    _class_name: "DiffusionPipeline",
    id2label: { 0: kinds[0], 1: kinds[1] },
    scheduler: ["diffusers", "FlowMatchEulerDiscreteScheduler"],
    transformer: ["diffusers", "DiTTransformer2DModel"],
  });
  const config = await json(whole, "transformer", "config.json");
  assert.equal(config._class_name, "DiTTransformer2DModel");
  assert.equal(config.num_embeds_ada_norm, kinds.length);
  assert.equal(config.sample_size, size.imageSize);
  // diffusers refuses fields of transformers.
  const fields = ["dtype", "torch_dtype", "model_type", "architectures", "id2label"];
  const rounded = await json(half, "transformer", "config.json");
  assert.deepEqual(fields.filter((field) => field in config || field in rounded), []);
  assert.ok((await Deno.stat(join(graph, "transformer", "model.onnx"))).isFile);

  const asked = [kinds[1], { seed: 5, steps: 4 }];
  const opened = await open(`file:${whole}`);
  assert.deepEqual(await opened.predict(asked), await result.predict(asked));
  await opened.dispose();

  const tuned = await model(`file:${whole}`)
    .data(rows, drawingTask(), { test: 4 })
    .adapt(lora({ rank: 2 }))
    .train({ epochs: 1 })
    .evaluate({ denoisingError })
    .deploy(merged(second))
    .run({ quiet: true });
  // The labels are the checkpoint's, so that their tables are not trained.
  assert.equal(tuned.headNote, undefined);
  assert.ok(tuned.trainedParameters < 2000);
  await tuned.dispose();
  await result.dispose();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("what a denoiser cannot do is said before the training", async () => {
  const rows = await drawings(8);
  const untold = model("new:vit", { imageSize: 8, patchSize: 4, hiddenSize: 16, layers: 1 })
    .data(rows, drawingTask(), { test: 2 })
    .adapt(full())
    .train({ epochs: 1 })
    .evaluate({ denoisingError });
  await assert.rejects(
    () => untold.run({ quiet: true }),
    /vit models have no head "denoiser".*Families that have one: dit, unet2d/s,
  );
});
