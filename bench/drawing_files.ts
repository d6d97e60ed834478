/**
 * What the PyTorch side of image generation reads: the start of a training, and the rows with their noise.
 *
 * @module
 */
import { join } from "node:path";
import { Random } from "../lib/core/random.ts";
import { augmentationsOf } from "../lib/image/augment/augmentations.ts";
import type { Image } from "../lib/image/image.ts";
import type { Assembled } from "../lib/pipeline/run/assemble_stage.ts";
import type { ReadData } from "../lib/pipeline/run/read_stage.ts";
import { columnValues } from "../lib/table/columns.ts";
import type { DrawingRequest } from "../lib/tasks/image_generation/drawing.ts";
import { denoiserModel } from "../lib/tasks/image_generation/denoiser_model.ts";
import { noisyImages } from "../lib/tasks/image_generation/noisy_images.ts";
import { writeNoiseSchedule } from "../lib/tasks/image_generation/scheduler_config.ts";
import { imageRows } from "../lib/tasks/shared/image_rows.ts";
import type { TrainSettings } from "../lib/train/train_options.ts";
import { writeSafetensors } from "../lib/weights/write_safetensors.ts";
import { floatTensor, writeJson, writeStart } from "./start_files.ts";

/** The columns of the rows. */
const [image, label] = ["image", "category"];

/** Held-out images as the model sees them, and what asks for as many. */
export interface HeldOutDrawings {
  readonly requests: readonly DrawingRequest[];
  readonly images: readonly Image[];
}

/** Writes `start/`, `scheduler.json`, `labels.json` and `rows.safetensors`. */
export async function writeDrawingFiles(
  folder: string,
  assembled: Assembled,
  { task, splits }: ReadData,
  settings: TrainSettings,
): Promise<HeldOutDrawings> {
  const { processor, adapter, data, trainable } = assembled;
  const start = join(folder, "start");
  await Deno.mkdir(start, { recursive: true });
  await writeStart(start, { trainable, data }, settings);
  await writeJson(join(start, "targets.json"), adapter.targets);
  const { labels } = task;
  const model = denoiserModel(task.task.name, processor, { labels, hasCaptions: false });
  await writeJson(join(folder, "scheduler.json"), writeNoiseSchedule(model.schedule));
  const classesOf = (name: "train" | "test") =>
    columnValues(splits[name], label).map((each) => labels.indexOf(String(each)));
  await writeJson(join(folder, "labels.json"), {
    train: classesOf("train"),
    test: classesOf("test"),
  });
  const decoded = (name: "train" | "test") =>
    imageRows(splits[name], { column: image, pixels: model.pixels, where: name });
  const [train, test] = [await decoded("train"), await decoded("test")];
  const rowsOf = (name: "train" | "test") =>
    Array.from({ length: splits[name].numRows() }, (_, row) => row);
  const clean = await Promise.all(
    rowsOf("train").map(async (row) => model.pixels.normalize(await train.fitted(row))),
  );
  const noisy = noisyImages(test, {
    model,
    augmentations: augmentationsOf([]),
    noising: { dropLabel: 0, steps: "uniform" },
    classes: classesOf("test"),
    labels: labels.length,
  });
  const held = await Promise.all(rowsOf("test").map((row) => noisy.held(row)));
  const { inputs, images } = await task.drawing!.heldOut(splits.test, processor, { where: "test" });
  const requests = inputs as DrawingRequest[];
  const numbers = model.shape.reduce((product, size) => product * size, 1);
  const noise = requests.map(({ seed }) => {
    const random = Random.fromSeed(seed!, "drawing");
    return Float32Array.from({ length: numbers }, () => random.normal());
  });
  const imagesTensor = (name: string, parts: readonly Float32Array[]) =>
    floatTensor(name, { shape: [parts.length, ...model.shape], data: joined(parts, numbers) });
  await writeSafetensors(join(folder, "rows.safetensors"), [
    imagesTensor("clean", clean),
    imagesTensor("sample", held.map(({ sample }) => sample)),
    imagesTensor("target", held.map(({ target }) => target)),
    floatTensor("step", { shape: [held.length], data: held.map(({ step }) => step) }),
    imagesTensor("noise", noise),
  ]);
  return { requests, images };
}

function joined(parts: readonly Float32Array[], numbers: number): Float32Array {
  const all = new Float32Array(parts.length * numbers);
  parts.forEach((part, at) => all.set(part, at * numbers));
  return all;
}
