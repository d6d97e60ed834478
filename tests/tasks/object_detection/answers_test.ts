/**
 * Answers about golden images are transformers', and transformers.js opens what a DETR is deployed as.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  full,
  lora,
  meanAveragePrecision,
  merged,
  model,
  objectDetection,
  onnx,
  open,
} from "tunebook";
import golden from "../../golden/detections.json" with { type: "json" };
import { inFolder } from "../../weights/in_folder.ts";
import { squares } from "./squares.ts";

const golds = new URL("../../golden/", import.meta.url);
const names = ["yolos", "yolos-larger", "detr"] as const;
const columns = { image: "image", objects: "objects" } as const;

/** A golden detector with the processor that transformers was asked with. */
async function detector(folder: string, name: (typeof names)[number]): Promise<string> {
  const { preprocessor } = golden[name];
  const from = new URL(`vision/${name.split("-", 1)[0]}/`, golds);
  const config = JSON.parse(await Deno.readTextFile(new URL("config.json", from)));
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(join(folder, "config.json"), JSON.stringify(config));
  await Deno.writeTextFile(join(folder, "preprocessor_config.json"), JSON.stringify(preprocessor));
  await Deno.copyFile(new URL("model.safetensors", from), join(folder, "model.safetensors"));
  return folder;
}

Deno.test("answers have the labels, the scores and the boxes of transformers", () =>
  inFolder(async (folder) => {
    for (const name of names) {
      const task = objectDetection({ ...columns, threshold: 0 });
      const opened = await open(await detector(join(folder, name), name), { task });
      const files = Object.entries(golden[name].found);
      const answers = await opened.predict(
        files.map(([file]) => new URL(`images/${file}`, golds)),
      );
      files.forEach(([file, { scores, labels, boxes }], at) => {
        const order = scores.map((_, query) => query).sort((a, b) => scores[b] - scores[a]);
        const { objects } = answers[at];
        assert.equal(objects.length, scores.length);
        objects.forEach(({ label, score, box: [left, top, width, height] }, rank) => {
          const query = order[rank];
          assert.equal(label, ["circle", "square", "star"][labels[query]], file);
          assert.ok(Math.abs(score - scores[query]) < 1e-5, `${file}: ${score}`);
          [left, top, left + width, top + height].forEach((edge, k) =>
            assert.ok(Math.abs(edge - boxes[query][k]) < 5e-3, `${file}: ${edge}`)
          );
        });
      });
      await opened.dispose();
    }
  }));

Deno.test("a DETR is trained, and transformers.js finds the same in the deployed folder", () =>
  inFolder(async (folder) => {
    const base = await detector(join(folder, "detr"), "detr");
    const rows = await squares(24);
    // The head knows other classes than the rows: a new one is made.
    for (const method of [full(), lora({ rank: 2 })]) {
      const result = await model(`file:${base}`)
        .data(rows, objectDetection({ ...columns, threshold: 0.05 }), { test: 0.25 })
        .adapt(method)
        .train({ epochs: 2, batchSize: 6 })
        .evaluate({ at75: meanAveragePrecision.at75 })
        .deploy(onnx(join(folder, method.method))).run({ quiet: true });
      assert.ok(result.losses.every(Number.isFinite));
      const [{ reader }] = result.receipts;
      assert.equal(reader?.answers?.pipeline, "object-detection");
    }
  }));

Deno.test("a DETR learns by the losses of all layers of its decoder, and is deployed with the last", () =>
  inFolder(async (folder) => {
    const base = await detector(join(folder, "detr"), "detr");
    const rows = await squares(12);
    const task = objectDetection({ ...columns, threshold: 0.05, auxiliary: true });
    const whole = join(folder, "whole");
    const result = await model(`file:${base}`).data(rows, task, { test: 0.25 }).adapt(full())
      .train({ epochs: 1, batchSize: 6 })
      .deploy(onnx(join(folder, "web")), merged(whole)).run({ quiet: true });
    for (const { largestDifference, tolerance } of result.receipts) {
      assert.ok(largestDifference <= tolerance);
    }
    const images = [rows.get("image", 0) as string];
    const opened = await open(whole);
    const [[found], [own]] = [await opened.predict(images), await result.predict(images)];
    assert.equal(found.objects.length, own.objects.length);
    // The graph is optimised otherwise where its weights are constants.
    own.objects.forEach(({ label, score }, at) => {
      assert.equal(found.objects[at].label, label);
      assert.ok(Math.abs(found.objects[at].score - score) < 1e-5);
    });
    await opened.dispose();
    await result.dispose();
  }));

Deno.test("losses of all layers are refused for detectors without a decoder", () =>
  inFolder(async (folder) => {
    const base = await detector(join(folder, "yolos"), "yolos");
    const plan = model(`file:${base}`)
      .data(await squares(8), objectDetection({ ...columns, auxiliary: true }), { test: 2 })
      .adapt(full()).train({ epochs: 1 });
    await assert.rejects(() => plan.run({ quiet: true }), /auxiliary is for DETR/);
  }));
