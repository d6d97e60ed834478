/** Images that are drawn by what stands in for a model. */
import assert from "node:assert/strict";
import { type DrawingInput, full, model as newModel } from "tunebook";
import { decodeImage } from "../../../lib/image/decode_image.ts";
import { imageProcessor } from "../../../lib/image/processor/image_processor.ts";
import { noiseSchedule } from "../../../lib/tasks/image_generation/noise_schedule.ts";
import {
  type DenoiserRows,
  drawImages,
  type DrawImagesOptions,
} from "../../../lib/tasks/image_generation/draw_images.ts";
import { isMistake } from "../../is_mistake.ts";
import { drawings, drawingTask, kinds, pixelsOfDrawings, size } from "./drawings.ts";

const model = {
  schedule: noiseSchedule({ kind: "flow" }),
  shape: [3, 8, 8],
  tokens: 4,
  takesLabels: true,
  pixels: imageProcessor(pixelsOfDrawings),
  mapSizes: { denoiser: [8, 8] },
} as const;
/** What each label is a plain image of; without one it is grey. */
const brightness = [-0.5, 0.5, 0];

/** Says the way from the plain image of the label, exactly, and keeps how many rows it was asked. */
function exact() {
  const asked: number[] = [];
  const denoise = async ({ lengths, feedsOf }: DenoiserRows) => {
    asked.push(lengths.length);
    const { sample, timestep, class_labels } = await feedsOf(
      Array.from(lengths, (_, row) => row),
    );
    const size = sample.data.length / lengths.length;
    return Array.from(lengths, (_, row) => {
      const noise = timestep.data[row] / 1000;
      const clean = brightness[class_labels.data[row]];
      return Float32Array.from(
        sample.data.slice(row * size, (row + 1) * size),
        (value) => (value - clean) / noise,
      );
    });
  };
  return { asked, denoise };
}

async function drawn(inputs: readonly DrawingInput[], options: Partial<DrawImagesOptions> = {}) {
  const { asked, denoise } = exact();
  const images = await drawImages(inputs, model, denoise, { labels: kinds, ...options });
  return { asked, images };
}

async function shadeOf({ image }: { readonly image: Uint8Array }): Promise<number> {
  const { data, width, height } = await decodeImage(image, { where: "drawn" });
  assert.deepEqual([width, height], [8, 8]);
  return data.reduce((sum, value) => sum + value, 0) / data.length;
}

/** The shade of a number from -1 to 1. */
const shade = (value: number) => Math.round((value / 2 + 0.5) * 255);

Deno.test("images are what the model leads to, farther with guidance", async () => {
  const steps = 5;
  const { images, asked } = await drawn([
    { label: "dark", steps, guidance: 1 },
    { label: "light", steps, guidance: 1 },
    { steps },
    { label: "light", steps, guidance: 1.5 },
  ]);
  const shades = await Promise.all(images.map(shadeOf));
  // The way without a label is grey: 1.5 times as far from it.
  [-0.5, 0.5, 0, 0.75].forEach((value, at) =>
    assert.ok(Math.abs(shades[at] - shade(value)) <= 1, `${at}: ${shades[at]}, ${shade(value)}`)
  );
  assert.deepEqual(images.map(({ label, seed }) => [label, seed]), [
    ["dark", 1],
    ["light", 2],
    [undefined, 3],
    ["light", 4],
  ]);
  // Only the one with guidance is asked twice.
  assert.deepEqual(asked, Array(steps).fill(5));
});

Deno.test("guidance of 1 asks once, and requests of unlike steps end at their own", async () => {
  const once = await drawn([{ label: "dark", steps: 3, guidance: 1 }]);
  assert.deepEqual(once.asked, [1, 1, 1]);
  const twice = await drawn([{ label: "dark", steps: 2 }, { steps: 3 }]);
  assert.deepEqual(twice.asked, [3, 3, 1]);
});

Deno.test("an image depends on its own request alone", async () => {
  const request = { label: "light", seed: 7, steps: 4, sampler: "dpm-solver" } as const;
  const [alone, together] = [
    await drawn([request]),
    await drawn(["dark", request, { ...request, seed: 8 }]),
  ];
  assert.deepEqual(together.images[1], alone.images[0]);
});

Deno.test("progress tells the steps, and a stop leaves no image", async () => {
  const told: (number | string)[] = [];
  const progress = (total: number) => {
    told.push(total);
    return { update: (done: number) => told.push(done), end: () => told.push("end") };
  };
  await drawn([{ steps: 2 }], { progress });
  assert.deepEqual(told, [2, 1, 2, "end"]);
  const stop = new AbortController();
  await assert.rejects(
    drawn([{ steps: 9 }], {
      signal: stop.signal,
      progress: () => ({
        update: (done) => done === 3 && stop.abort(),
        end: () => told.push("stopped"),
      }),
    }),
    isMistake("interrupted", "stopped after step 3 of 9; no image is finished"),
  );
  assert.equal(told.at(-1), "stopped");
});

Deno.test("requests that make no sense are one error", async () => {
  await assert.rejects(
    drawn([
      "lihgt",
      { label: "dark", steps: 0 },
      { guidance: -1, seed: 1.5 },
      { sampler: "ddim" },
      { labels: "dark" } as never,
      "dark",
    ]),
    isMistake(
      "input",
      'input 1: the model does not know the label "lihgt"',
      '"light"',
      "input 2:",
      "steps",
      "input 3:",
      "guidance",
      "seed",
      "input 4:",
      "ddim",
      "input 5:",
      "labels",
    ),
  );
  await assert.rejects(
    drawn(["dark"], { labels: [] }),
    isMistake("input", 'the model knows no labels, so that it cannot draw "dark"; ask with {}'),
  );
});

Deno.test("a model that diverged draws nothing, and the error says which image", async () => {
  const denoise = () => Promise.resolve([new Float32Array(3 * 8 * 8).fill(NaN)]);
  await assert.rejects(
    () => drawImages([{ seed: 7, steps: 2 }], model, denoise, { labels: kinds }),
    isMistake("diverged", "the image of seed 7", "NaN"),
  );
});

Deno.test("labels are asked for once in each step where the training never left one out", async () => {
  const rows = await drawings(12);
  const result = await newModel("new:dit", size)
    .data(rows, drawingTask({ dropLabel: 0 }), { test: 2 })
    .adapt(full())
    .train({ epochs: 4, learningRate: 1e-2, samples: 0 })
    .run({ quiet: true });
  const image = async (guidance?: number) => {
    const asked = { label: kinds[1], seed: 3, steps: 2, ...(guidance ? { guidance } : {}) };
    return (await result.predict([asked]))[0].image;
  };
  assert.deepEqual(await image(), await image(1));
  assert.notDeepEqual(await image(), await image(3));
  await result.dispose();
});
