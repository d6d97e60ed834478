/**
 * Whether decoding and augmenting keep ahead of a training step: steps of ViT-small with LoRA whose images are read
 * from JPEG files, cropped, flipped and changed in colour while the step before is computed, beside the same steps of
 * one batch that is there. `deno run -A bench/measure_images_ahead.ts [--steps 8] [--rounds 3] [--threads 2]`. Images
 * are decoded for every step, as where they do not all fit into memory; else they are decoded once.
 *
 * @module
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import sharp from "sharp";
import { augmented } from "../lib/image/augment/augmentation.ts";
import { colorJitter } from "../lib/image/augment/color_jitter.ts";
import { horizontalFlip } from "../lib/image/augment/horizontal_flip.ts";
import { randomResizedCrop } from "../lib/image/augment/random_resized_crop.ts";
import { decodeImage } from "../lib/image/decode_image.ts";
import { imageProcessor } from "../lib/image/processor/image_processor.ts";
import type { BatchDraw, Feeds } from "../lib/nn/feeds.ts";
import { feedsAhead } from "../lib/train/feeds_ahead.ts";
import { describeMachine, machineText } from "./machine.ts";
import { markdownTable } from "./markdown_table.ts";
import { median } from "./median.ts";
import { photograph } from "./photograph.ts";
import { visionCases } from "./vision_cases.ts";
import { compiledVisionStep } from "./vision_step.ts";

const { values } = parseArgs({
  options: {
    steps: { type: "string", default: "8" },
    rounds: { type: "string", default: "3" },
    threads: { type: "string", default: String(navigator.hardwareConcurrency) },
  },
});
const [steps, rounds, threads] = [values.steps, values.rounds, values.threads].map(Number);
const sizes = [[500, 375], [1600, 1200]] as const;
const measured = visionCases.find(({ name }) => name === "vit-small-lora")!;
const { batch, size } = measured;
const changes = [
  randomResizedCrop({ size }),
  horizontalFlip(),
  colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4 }),
];
const processor = imageProcessor({
  image_processor_type: "ViTImageProcessor",
  size: { height: size, width: size },
});

console.log(machineText(describeMachine(threads)));
const step = await compiledVisionStep(measured, threads);
await step.take(step.feeds);
const folder = await Deno.makeTempDir({ prefix: "tunebook-bench-" });
try {
  for (const [width, height] of sizes) {
    await Deno.writeFile(join(folder, `${width}.jpeg`), await jpegOf(width, height));
  }
  const ways: [string, () => Promise<number>][] = [
    ["a batch that is there", () => timed(() => step.take(step.feeds))],
    ...sizes.map(([width, height]): [string, () => Promise<number>] => [
      `${width} × ${height}, decoded and augmented`,
      fromFiles(join(folder, `${width}.jpeg`)),
    ]),
  ];
  const times = new Map<string, number[]>(ways.map(([name]) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, way] of ways) times.get(name)!.push(await way());
  }
  const [[, ready]] = times;
  console.log(markdownTable([...times].map(([name, all]) => [name, {
    "ms a step": median(all).toFixed(0),
    "beside a batch that is there": (median(all) / median(ready)).toFixed(3),
  }])));
} finally {
  await Deno.remove(folder, { recursive: true });
}

async function jpegOf(width: number, height: number): Promise<Uint8Array> {
  const { data } = photograph(width, height);
  const raw = { width, height, channels: 3 } as const;
  return await sharp(data, { raw }).jpeg({ quality: 85 }).toBuffer();
}

/** Milliseconds of one of `steps` steps. */
async function timed(take: (at: number) => Promise<unknown>): Promise<number> {
  const began = performance.now();
  for (let at = 0; at < steps; at++) await take(at);
  return (performance.now() - began) / steps;
}

/** Steps whose images come from a file, those of the next step on their way. */
function fromFiles(file: string): () => Promise<number> {
  const pixelsOf = async (epoch: number, row: number): Promise<Float32Array> => {
    const image = await decodeImage(await Deno.readFile(file), { where: file });
    const example = { seed: 1, epoch, example: row };
    return await processor.process(augmented({ image }, changes, example).image);
  };
  const feedsOf = async (_: unknown, draw?: BatchDraw): Promise<Feeds> => {
    const rows = Array.from({ length: batch }, (_, row) => pixelsOf(draw!.step, row));
    const data = new Float32Array(batch * 3 * size * size);
    (await Promise.all(rows)).forEach((row, at) => data.set(row, at * row.length));
    return { ...step.feeds, pixel_values: { shape: [batch, 3, size, size], data } };
  };
  const groups = Array.from({ length: batch }, (_, row) => [row]);
  return async () => {
    const ahead = feedsAhead({ feedsOf, groups }, {
      microBatchesOf: () => [Uint32Array.from(groups.flat())],
    });
    const drawOf = (at: number) => ({ seed: 1, epoch: 0, step: at, microBatch: 0 });
    // The first batch is waited for, as in a training, and not counted.
    const first = await ahead.take(drawOf(0), drawOf(1));
    await step.take(first);
    return await timed(async (at) => {
      await step.take(await ahead.take(drawOf(at + 1), drawOf(at + 2)));
    });
  };
}
