/**
 * Trains a small DiT on emoji of eight categories, 32 × 32 pixels, and prints its error on held-out ones. Food is
 * left out, so that there is something to learn.
 *
 *     deno run --allow-all pretrained/emoji/plan.ts [--images 200] [--epochs 10] [--size small]
 *
 * Without flags it is the whole run: all images, 6 blocks of 192 numbers.
 *
 * @module
 */
import { denoisingError, full, imageGeneration, merged, model, tableFromRows } from "../../mod.ts";
import { emoji } from "../../datasets/mod.ts";
import { planFlags } from "../plan_flags.ts";

interface Drawing extends Record<string, unknown> {
  readonly category: string;
}

/** What the model has never seen. */
const leftOut = "Food & Drink";

/** Sizes of the whole run, and of one that shows in minutes that it learns. */
const sizes = {
  whole: { imageSize: 32, patchSize: 4, hiddenSize: 192, layers: 6 },
  small: { imageSize: 16, patchSize: 4, hiddenSize: 128, layers: 3 },
};

const { count, size, epochs } = planFlags("images", sizes, 100);
const folder = "out/pretrained/emoji";
const drawings = tableFromRows(
  ((await emoji(count === undefined ? {} : { rows: count })).objects() as Drawing[])
    .filter(({ category }) => category !== leftOut),
);
const started = performance.now();
const result = await model("new:dit", size)
  .data(
    drawings,
    imageGeneration({ image: "image", label: "category", steps: "logit-normal" }),
    { test: 0.05 },
  )
  .adapt(full())
  .train({
    epochs,
    batchSize: 64,
    learningRate: 1e-3,
    schedule: "cosine",
    warmup: 0.03,
    weightDecay: 0.01,
    beta2: 0.98,
    ema: 0.998,
    checkpoints: `${folder}-checkpoints`,
    checkpointEvery: 100,
    resume: true,
  })
  .evaluate({ denoisingError })
  .deploy(merged(folder, { dtype: "float16" }))
  .run();
const seconds = (performance.now() - started) / 1000;
console.log(`loss of the first step ${result.losses[0].toFixed(2)}`);
console.log(`error ${result.scores.denoisingError.toFixed(3)} after ${seconds.toFixed(0)} s`);
