import assert from "node:assert/strict";
import { join } from "node:path";
import { columnValues, head, imageClassification, model, onnx, tableFromColumns } from "tunebook";
import { emojiScenes } from "tunebook/datasets";
import { goldenPath } from "../../models/golden.ts";
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

for (const [type, fields] of Object.entries(cropping)) {
  Deno.test(`transformers.js crops images as a model with a ${type} learned them`, () =>
    inFolder(async (folder) => {
      const base = join(folder, "base");
      await Deno.mkdir(base);
      for (const name of ["config.json", "model.safetensors"]) {
        await Deno.copyFile(join(goldenPath("vision/resnet"), name), join(base, name));
      }
      await Deno.writeTextFile(
        join(base, "preprocessor_config.json"),
        JSON.stringify({ image_processor_type: type, ...usual, ...fields }),
      );
      const scenes = await emojiScenes({ rows: 16, size: 50, seed: 3 });
      const labels = Array.from({ length: 16 }, (_, row) => row % 2 === 0 ? "even" : "odd");
      const result = await model(`file:${base}`)
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
