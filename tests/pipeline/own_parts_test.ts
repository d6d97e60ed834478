/**
 * Tasks and families of one's own: one file each, and nothing changes elsewhere.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  accuracy,
  adapter,
  full,
  lora,
  merged,
  model,
  mse,
  onnx,
  open,
  tableFromColumns,
} from "tunebook";
import { Random } from "../../lib/core/random.ts";
import { writeSafetensors } from "../../lib/weights/write_safetensors.ts";
import { isMistake } from "../is_mistake.ts";
import { toyImageFamily } from "../models/toy_image_family.ts";
import { toyImageTask } from "../tasks/toy_image_task.ts";
import { toyTextTask } from "../tasks/toy_text_task.ts";
import { inFolder } from "../weights/in_folder.ts";
import { tinyModel } from "./tiny.ts";

const side = 3;
const width = 8;
const quiet = { quiet: true };

/** Images that are bright above or below. */
function images(rows: number) {
  const random = Random.fromSeed(1, "images");
  const classes = Array.from({ length: rows }, (_, row) => row % 2 === 0 ? "above" : "below");
  const pixels = classes.map((name) =>
    Array.from({ length: side * side }, (_, at) => {
      const isBright = (at < side) === (name === "above");
      return (isBright ? 1 : 0) + 0.1 * random.normal();
    })
  );
  return tableFromColumns({ pixels, class: classes });
}

/** A model that the toy family reads. */
async function imageModel(folder: string): Promise<string> {
  await Deno.mkdir(folder, { recursive: true });
  const config = { model_type: "toy_image", image_size: side, hidden_size: width };
  await Deno.writeTextFile(join(folder, "config.json"), JSON.stringify(config));
  const random = Random.fromSeed(2, "weights");
  const tensor = (name: string, shape: number[]) => ({
    name: `body.pixels.${name}`,
    dtype: "F32" as const,
    shape,
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal() / 3),
  });
  await writeSafetensors(join(folder, "model.safetensors"), [
    tensor("weight", [width, side * side]),
    tensor("bias", [width]),
  ]);
  return `file:${folder}`;
}

Deno.test("a family of images and its task, each one file, run through the whole pipeline", () =>
  inFolder(async (folder) => {
    const reference = await imageModel(join(folder, "base"));
    const stage = model(reference, { family: toyImageFamily }).data(images(80), toyImageTask(side));
    const plan = stage.adapt(lora({ rank: 2 })).train({ epochs: 8, learningRate: 0.02 })
      .evaluate({ accuracy })
      .deploy(
        adapter(join(folder, "adapter")),
        merged(join(folder, "merged")),
        onnx(join(folder, "onnx")),
      );
    const result = await plan.run(quiet);
    assert.equal(result.scores.accuracy, 1);
    assert.equal(result.receipts.length, 3);
    const bright = Array.from({ length: side * side }, (_, at) => at < side ? 1 : 0);
    assert.deepEqual(await result.predict([bright, bright.map((each) => 1 - each)]), [
      "above",
      "below",
    ]);
    // The same answers out of a folder: the task is given, nothing else is said of it anywhere.
    const place = join(folder, "merged");
    const task = toyImageTask(side);
    const opened = await open(place, { family: toyImageFamily, task });
    assert.deepEqual(await opened.predict([bright]), ["above"]);
    await opened.dispose();
    await assert.rejects(
      open(place, { family: toyImageFamily }),
      isMistake("input", 'the task "toy-image-classification", which is none of tunebook'),
    );
    const alone = await open(join(folder, "adapter"), { family: toyImageFamily, task });
    assert.deepEqual(await alone.predict([bright]), ["above"]);
    await alone.dispose();
    const base = await open(reference, { family: toyImageFamily, task });
    await assert.rejects(
      base.attach({ a: join(folder, "adapter") }),
      isMistake("unsupported", "no stack of blocks over tokens"),
    );
    await base.dispose();
    await result.dispose();
    assert.throws(() => plan.toJSON(), isMistake("input", "the task toy-image", "the family toy_"));
    await assert.rejects(
      model(reference).data(images(8), toyImageTask(side)).adapt(lora()).train().run(quiet),
      isMistake("unsupported", 'model_type is "toy_image"'),
    );
    const wrong = tableFromColumns({ pixels: [[1]], class: ["above"] });
    await assert.rejects(
      model(reference, { family: toyImageFamily }).data(wrong, toyImageTask(side))
        .adapt(lora()).train().run(quiet),
      isMistake("data", "row 1 is no image"),
    );
  }));

Deno.test("a task of one's own on texts is one file", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"));
    const random = Random.fromSeed(1, "words");
    const words = ["good", "bad", "film", "food", "it", "was"];
    const text = Array.from({ length: 120 }, () =>
      Array.from({ length: 1 + random.integer(9) }, () =>
        words[random.integer(words.length)])
        .join(" "));
    const result = await model(reference).data(tableFromColumns({ text }), toyTextTask())
      .adapt(full()).train({ epochs: 15, learningRate: 3e-3 })
      .evaluate({ mse }).deploy(onnx(join(folder, "onnx")), merged(join(folder, "merged")))
      .run(quiet);
    assert.ok(result.scores.mse < 0.02, `${result.scores.mse}`);
    const [short, long] = await result.predict(["good", "it was good it was bad it was"]);
    assert.ok(short < 4 && long > 5, `${short} and ${long} words`);

    const again = await model(reference).data(tableFromColumns({ text }), toyTextTask())
      .adapt(lora()).train({ epochs: 1, learningRate: 3e-3 })
      .deploy(adapter(join(folder, "adapter"))).run(quiet);
    const [whole, base] = await Promise.all(
      [join(folder, "merged"), reference].map((source) =>
        open(source, { task: toyTextTask() })
      ),
    );
    const count: number[] = await whole.predict(["good", "it was good it was bad it was"]);
    assert.deepEqual(count, [short, long]);
    const counts = await base.attach({ words: join(folder, "adapter") });
    assert.deepEqual(await counts.use("words").predict(["good"]), await again.predict(["good"]));
    for (const each of [again, whole, base]) await each.dispose();
    await result.dispose();
  }));
