/** The noise of a training: fresh in each epoch, and the same again after a resume. */
import assert from "node:assert/strict";
import { imageGeneration } from "tunebook";
import type { ImageGenerationOptions } from "tunebook";
import { imageProcessor } from "../../../lib/image/processor/image_processor.ts";
import type { Feeds } from "../../../lib/nn/feeds.ts";
import type { Processor } from "../../../lib/nn/processor.ts";
import { isMistake } from "../../is_mistake.ts";
import { drawings, drawingTask, kinds, pixelsOfDrawings } from "./drawings.ts";

const processor = (scheduler: Record<string, unknown> = {}): Processor => ({
  input: "image",
  tokens: 4,
  takesLabels: true,
  mapSizes: { denoiser: [8, 8] },
  pixels: imageProcessor(pixelsOfDrawings),
  scheduler: { _class_name: "DDIMScheduler", ...scheduler },
});

async function examplesOf(options: Partial<ImageGenerationOptions> = {}, count = 24) {
  return await drawingTask(options).withLabels(kinds)
    .examples(await drawings(count), processor(), { where: "the drawings" });
}

/** A batch of a training with seed 1. */
const batchOf = (epoch: number) => ({ seed: 1, epoch, step: 0, microBatch: 0 });
const numbersOf = (feeds: Feeds) =>
  Object.entries(feeds).map(([name, { shape, data }]) => [name, shape, Array.from(data)]);

Deno.test("the noise of a row is its own, the same in any batch and fresh in each epoch", async () => {
  const examples = await examplesOf();
  const [one, two] = [
    await examples.feedsOf([3, 5], batchOf(0)),
    await examples.feedsOf([5], {
      ...batchOf(0),
      step: 9,
      microBatch: 2,
    }),
  ];
  const size = two.sample.data.length;
  assert.deepEqual(one.sample.shape, [2, 3, 8, 8]);
  assert.deepEqual(one.targets.shape, [2, 3, 8, 8]);
  assert.deepEqual([...one.sample.data.slice(size)], [...two.sample.data]);
  assert.equal(one.timestep.data[1], two.timestep.data[0]);
  const again = await (await examplesOf()).feedsOf([3, 5], batchOf(0));
  assert.deepEqual(numbersOf(again), numbersOf(one));
  const next = await examples.feedsOf([3, 5], batchOf(1));
  const otherSeed = await examples.feedsOf([3, 5], { ...batchOf(0), seed: 2 });
  for (const other of [next, otherSeed]) {
    assert.notDeepEqual([...other.sample.data], [...one.sample.data]);
    assert.notDeepEqual([...other.timestep.data], [...one.timestep.data]);
  }
});

Deno.test("a share of labels is left out, drawn by row and epoch", async () => {
  const rows = Array.from({ length: 24 }, (_, row) => row);
  const labelsIn = async (dropLabel: number, epochs: number) => {
    const examples = await examplesOf({ dropLabel });
    const drawn = await Promise.all(
      Array.from({ length: epochs }, (_, epoch) => examples.feedsOf(rows, batchOf(epoch))),
    );
    return drawn.flatMap(({ class_labels }) => Array.from(class_labels.data));
  };
  const truth = rows.map((row) => row % 2);
  assert.deepEqual(await labelsIn(0, 2), [...truth, ...truth]);
  const dropped = await labelsIn(0.3, 50);
  const share = dropped.filter((id) => id === kinds.length).length / dropped.length;
  // Four standard errors of 1,200 draws.
  assert.ok(Math.abs(share - 0.3) < 4 * Math.sqrt(0.3 * 0.7 / dropped.length), `${share}`);
  assert.ok(dropped.every((id, at) => id === kinds.length || id === truth[at % 24]));
});

Deno.test("held-out rows have noise that is always the same, of steps over all of the schedule", async () => {
  const examples = await examplesOf();
  const rows = Array.from({ length: 24 }, (_, row) => row);
  const [all, some] = [await examples.feedsOf(rows), await examples.feedsOf([20])];
  const size = 3 * 8 * 8;
  assert.deepEqual(
    [...all.sample.data.slice(20 * size, 21 * size)],
    [...some.sample.data],
  );
  const tenths = new Set(Array.from(all.timestep.data, (step) => Math.floor(step / 100)));
  assert.equal(tenths.size, 10);
  assert.equal(all.targets, undefined);
  // A model that says nothing is wrong by the noise itself.
  const { errors, steps } = examples.predictions(rows.map(() => new Float32Array(size)));
  const mean = errors.reduce((sum, error) => sum + error, 0) / rows.length;
  assert.ok(Math.abs(mean - 1) < 0.1, `${mean}`);
  assert.deepEqual(steps, Array.from(all.timestep.data));
});

Deno.test("settings of the noise are part of what a checkpoint is of", async () => {
  const [plain, same, ...others] = await Promise.all(
    [{}, {}, { dropLabel: 0.2 }, { steps: "logit-normal" }, { minSnr: 5 }].map(async (options) =>
      (await examplesOf(options as Partial<ImageGenerationOptions>)).fingerprint
    ),
  );
  assert.deepEqual(plain, same);
  for (const other of others) assert.notDeepEqual(other, plain);
});

Deno.test("models that do not denoise are refused before a training", async () => {
  const table = await drawings(4);
  const examples = (given: Processor, options = {}) =>
    drawingTask(options).withLabels(kinds).examples(table, given, { where: "the drawings" });
  const { mapSizes: _, ...none } = processor() as Extract<Processor, { input: "image" }>;
  await assert.rejects(
    examples(none),
    isMistake("unsupported", "image-generation needs a denoiser, such as a DiT (new:dit)"),
  );
  for (
    const [channels, told] of [
      [[4, 4], "takes 4: latents that an autoencoder makes"],
      [[1, 1], "takes 1 (in_channels"],
      [[3, 6], "gives 6 for 3: it has learnt variances"],
    ] as const
  ) {
    await assert.rejects(
      examples({ ...processor(), channels } as never),
      isMistake("unsupported", told),
    );
  }
  const captioned = { ...processor(), takesLabels: false, takesCaptions: true } as never;
  await assert.rejects(examples(captioned), isMistake("unsupported", "this one reads captions"));
  const task = imageGeneration({ image: "image", caption: "kind" }).withLabels([]);
  const where = { where: "the drawings" };
  await assert.rejects(
    task.examples(table, captioned, where),
    isMistake("weights", "open the folder of the whole pipeline"),
  );
  await assert.rejects(
    task.examples(table, processor(), where),
    isMistake(
      "unsupported",
      "with captions needs a denoiser that reads them",
      "name a column of labels",
    ),
  );
  await assert.rejects(
    examples({ ...processor(), scheduler: undefined } as never),
    isMistake("weights", "scheduler_config.json"),
  );
  const flow = processor({ _class_name: "FlowMatchEulerDiscreteScheduler" });
  await assert.rejects(
    examples(flow, { minSnr: 5 }),
    isMistake("unsupported", "min-SNR weighs the steps of a diffusion"),
  );
});
