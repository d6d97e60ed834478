/**
 * Models without queries learn objects by the cells of a map, and transformers.js opens what they are deployed as.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  adapter,
  type DetectionPrediction,
  full,
  head,
  horizontalFlip,
  lora,
  meanAveragePrecision,
  merged,
  model,
  objectDetection,
  onnx,
  open,
} from "tunebook";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { squares } from "./squares.ts";

const columns = { image: "image", objects: "objects" } as const;
const quiet = { quiet: true } as const;
const { at50 } = meanAveragePrecision;

/** A tiny ResNet for images of 32 × 32 pixels. */
async function trunk(folder: string): Promise<string> {
  const from = new URL("../../golden/vision/resnet/", import.meta.url);
  await Deno.mkdir(folder, { recursive: true });
  for (const file of ["config.json", "model.safetensors"]) {
    await Deno.copyFile(new URL(file, from), join(folder, file));
  }
  const processor = {
    image_processor_type: "ConvNextImageProcessor",
    size: { height: 32, width: 32 },
    image_mean: [0.5, 0.5, 0.5],
    image_std: [0.25, 0.25, 0.25],
  };
  await Deno.writeTextFile(join(folder, "preprocessor_config.json"), JSON.stringify(processor));
  return `file:${folder}`;
}

Deno.test("a ResNet learns to find squares by cells; its folders and transformers.js answer alike", () =>
  inFolder(async (folder) => {
    const base = await trunk(join(folder, "trunk"));
    const [rows, test] = [await squares(300), await squares(40, { seed: 2, folder })];
    const [whole, web] = ["whole", "web"].map((name) => join(folder, name));
    const result = await model(base)
      .data(rows, objectDetection({ ...columns, threshold: 0.3 }), { test })
      .adapt(full())
      .train({ epochs: 12, batchSize: 20, learningRate: 1e-2 })
      .evaluate({ at50, meanAveragePrecision })
      .deploy(merged(whole), onnx(web)).run(quiet);
    assert.ok(result.scores.at50 > 0.6, `mAP 50 is ${result.scores.at50}`);
    const [, { reader }] = result.receipts;
    assert.equal(reader?.answers?.pipeline, "object-detection");
    assert.ok(reader!.answers!.largestDifference > 0, "nothing was found to compare");
    const config = JSON.parse(await Deno.readTextFile(join(web, "config.json")));
    assert.deepEqual([config.model_type, config.architectures], ["yolos", [
      "YolosForObjectDetection",
    ]]);
    const images = (test.array("image") as string[]).slice(0, 5);
    const own = await result.predict(images);
    assert.ok(own.flatMap(({ objects }) => objects).length > 0);
    const opened = await open(whole);
    const again = await opened.predict(images) as typeof own;
    again.forEach(({ objects }, at) => {
      assert.equal(objects.length, own[at].objects.length);
      objects.forEach(({ label, score, box }, i) => {
        const { [i]: wanted } = own[at].objects;
        assert.equal(label, wanted.label);
        assert.ok(Math.abs(score - wanted.score) < 1e-5);
        box.forEach((side, k) => assert.ok(Math.abs(side - wanted.box[k]) < 1e-3));
      });
    });
    await opened.dispose();
    // The head alone, on top of what was learnt; images that change take their boxes along.
    const next = await model(`file:${whole}`)
      .data(rows, objectDetection({ ...columns, augment: [horizontalFlip()] }), { test })
      .adapt(head()).train({ epochs: 2, batchSize: 20, learningRate: 1e-4 })
      .evaluate({ at50 }).run(quiet);
    assert.ok(next.scores.at50 > 0.6, `mAP 50 is ${next.scores.at50}`);
  }));

Deno.test("boxes move along with augmented images on a frozen body in every epoch", () =>
  inFolder(async (folder) => {
    const base = await trunk(join(folder, "trunk"));
    const rows = await squares(12);
    const augment = [horizontalFlip()];
    // More epochs than a cache of frozen layers has views, and more than the two whose boxes are remembered.
    const lossesOf = async (cacheFrozen: boolean) => {
      const result = await model(base)
        .data(rows, objectDetection({ ...columns, augment })).adapt(head())
        .train({ epochs: 6, batchSize: 5, cacheFrozen }).run(quiet);
      await result.dispose();
      return result.losses;
    };
    const losses = await lossesOf(true);
    assert.equal(losses.length, 12);
    assert.ok(losses.every(Number.isFinite));
    assert.deepEqual(losses, await lossesOf(false));
  }));

Deno.test("adapters of both kinds of detectors are opened with the head that they were saved with", () =>
  inFolder(async (folder) => {
    const rows = await squares(12);
    const queries = join(folder, "queries");
    await model("new:yolos", { imageSize: 32, hiddenSize: 16, layers: 1, heads: 2, queries: 3 })
      .data(rows, objectDetection(columns)).adapt(full()).train({ epochs: 1 })
      .deploy(merged(queries)).run(quiet);
    const bases = { query: `file:${queries}`, convolution: await trunk(join(folder, "trunk")) };
    for (const [targets, base] of Object.entries(bases)) {
      const saved = join(folder, targets);
      const result = await model(base)
        .data(rows, objectDetection({ ...columns, threshold: 0 }))
        .adapt(lora({ rank: 2, targets: [targets] })).train({ epochs: 1, learningRate: 1e-2 })
        .deploy(adapter(saved)).run(quiet);
      const images = [rows.get("image", 0), rows.get("image", 1)];
      const opened = await open(saved);
      const [own, again] = [await result.predict(images), await opened.predict(images)]
        .map((answers) => (answers as DetectionPrediction[]).flatMap(({ objects }) => objects));
      assert.ok(own.length > 0);
      assert.deepEqual(again.map(({ label }) => label), own.map(({ label }) => label));
      again.forEach(({ score }, at) => assert.ok(Math.abs(score - own[at].score) < 1e-5));
      await opened.dispose();
      await result.dispose();
    }
  }));

Deno.test("weights of the loss of the other kind of detector are refused", () =>
  inFolder(async (folder) => {
    const base = await trunk(join(folder, "trunk"));
    const rows = await squares(8);
    const run = (loss: object) =>
      model(base).data(rows, objectDetection({ ...columns, ...loss })).adapt(head())
        .train({ epochs: 1 }).run(quiet);
    await assert.rejects(
      run({ boxWeight: 2, noObjectWeight: 0.2 }),
      isMistake("input", "boxWeight is for detectors with queries", "noObjectWeight"),
    );
    const result = await run({ sizeWeight: 0.2, offsetWeight: 2 });
    assert.ok(result.losses.every(Number.isFinite));
    await assert.rejects(
      model("new:yolos", { imageSize: 32, hiddenSize: 16, layers: 1, heads: 2, queries: 3 })
        .data(rows, objectDetection({ ...columns, sizeWeight: 1 })).adapt(full())
        .train({ epochs: 1 }).run(quiet),
      isMistake("input", "sizeWeight is for detectors with the cells of a map"),
    );
  }));
