import assert from "node:assert/strict";
import { join } from "node:path";
import {
  browser,
  columnValues,
  head,
  imageClassification,
  imageSegmentation,
  merged,
  model,
  objectDetection,
  onnx,
  tableFromColumns,
} from "tunebook";
import { emojiScenes } from "tunebook/datasets";
import { imageProcessor } from "../../../lib/image/processor/image_processor.ts";
import { alwaysShowsWhole } from "../../../lib/image/processor/placement.ts";
import { goldenPath } from "../../models/golden.ts";
import { isMistake } from "../../is_mistake.ts";
import { squares } from "../../tasks/object_detection/squares.ts";
import { inFolder } from "../../weights/in_folder.ts";

const half = [0.5, 0.5, 0.5];
const usual = { image_mean: half, image_std: half, rescale_factor: 1 / 255 };

// As ResNet's and MobileNet's checkpoints have them, with fewer pixels.
const cropping = {
  ConvNextImageProcessor: { size: { shortest_edge: 28 }, crop_pct: 0.875, resample: 3 },
  MobileNetV2ImageProcessor: {
    size: { shortest_edge: 36 },
    crop_size: { height: 32, width: 32 },
    resample: 2,
  },
};

/** A tiny ResNet with this processor. */
async function croppingBase(folder: string, fields: object): Promise<string> {
  const base = join(folder, "base");
  await Deno.mkdir(base);
  for (const name of ["config.json", "model.safetensors"]) {
    await Deno.copyFile(join(goldenPath("vision/resnet"), name), join(base, name));
  }
  const processor = { ...usual, ...fields };
  await Deno.writeTextFile(join(base, "preprocessor_config.json"), JSON.stringify(processor));
  return `file:${base}`;
}

for (const [type, fields] of Object.entries(cropping)) {
  Deno.test(`transformers.js crops images as a model with a ${type} learned them`, () =>
    inFolder(async (folder) => {
      const base = await croppingBase(folder, { image_processor_type: type, ...fields });
      const scenes = await emojiScenes({ rows: 16, size: 50, seed: 3 });
      const labels = Array.from({ length: 16 }, (_, row) => row % 2 === 0 ? "even" : "odd");
      const result = await model(base)
        .data(
          tableFromColumns({ image: columnValues(scenes, "image"), label: labels }),
          imageClassification({ image: "image", label: "label" }),
          { test: 8 },
        )
        .adapt(head())
        .train({ epochs: 1 })
        // The receipt is an error where the reader's answers are others.
        .deploy(onnx(join(folder, "onnx")))
        .run({ quiet: true });
      const [{ reader }] = result.receipts;
      assert.ok(reader !== undefined, "no reader was asked");
      await result.dispose();
    }));
}

Deno.test("boxes of a model that crops are for tunebook alone, which is said before the training", () =>
  inFolder(async (folder) => {
    const base = await croppingBase(folder, {
      image_processor_type: "ConvNextImageProcessor",
      ...cropping.ConvNextImageProcessor,
    });
    const [web, page, whole] = ["web", "page", "whole"].map((name) => join(folder, name));
    const plan = model(base)
      .data(await squares(8), objectDetection({ image: "image", objects: "objects" }), { test: 4 })
      .adapt(head())
      .train({ epochs: 1e6 });
    await assert.rejects(
      plan.deploy(onnx(web), browser(page), merged(whole)).run({ quiet: true }),
      (error: Error) => {
        const told = error.message.split("\n").filter((line) => line.includes("crops images"));
        assert.equal(told.length, 2, error.message);
        assert.match(
          told[0],
          /onnx.*boxes as if nothing had been cut off.*"size".*merged\(folder\)/,
        );
        assert.match(told[1], /browser/);
        return isMistake("unsupported", "this cannot be deployed")(error);
      },
    );
  }));

Deno.test("masks of a model that crops are refused for transformers.js, whatever the held-out images are", async () => {
  const processorOf = (fields: object) => ({
    input: "image",
    pixels: imageProcessor({ image_processor_type: "ViTImageProcessor", ...usual, ...fields }),
  });
  const task = imageSegmentation({ image: "image", mask: "mask", labels: ["a", "b"] });
  const labelled = task.withLabels(["a", "b"]);
  const size = { height: 32, width: 32 };
  const check = async (fields: object) =>
    await onnx("out/web").check!({} as never, {
      task: labelled,
      processor: processorOf(fields),
    } as never);
  await check({ size });
  await assert.rejects(
    () => check({ size: { shortest_edge: 32 }, do_center_crop: true, crop_size: size }),
    isMistake("unsupported", "transformers.js tells masks as if"),
  );
});

Deno.test("a processor shows whole images where it neither crops nor pads one of any shape", () => {
  const shows = (fields: object) => alwaysShowsWhole(imageProcessor({ ...usual, ...fields }));
  const size = { height: 32, width: 32 };
  const convNext = { image_processor_type: "ConvNextImageProcessor" };
  assert.ok(shows({ image_processor_type: "ViTImageProcessor", size }));
  assert.ok(shows({ image_processor_type: "DetrImageProcessor", size: { shortest_edge: 32 } }));
  assert.ok(shows({ ...convNext, size: { shortest_edge: 384 } }));
  assert.ok(shows({ ...convNext, size }));
  // Square images would be whole here.
  assert.ok(!shows({ ...convNext, size: { shortest_edge: 32 }, crop_pct: 1 }));
  assert.ok(!shows({ ...convNext, size: { shortest_edge: 224 } }));
});
