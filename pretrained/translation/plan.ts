/**
 * Trains a small translation model, English to Spanish and Chinese, on messages of TypeScript and of Visual
 * Studio Code, and prints its perplexity on held-out messages; `measure.ts` prints its chrF.
 *
 *     deno run --allow-all pretrained/translation/plan.ts [--rows 3000] [--epochs 1] [--size small]
 *
 * Without flags it is the whole run. The messages come from packages that are not installed with
 * tunebook; the error says which.
 *
 * @module
 */
import { full, merged, model, perplexity, translation } from "../../mod.ts";
import { planFlags } from "../plan_flags.ts";
import { inBatches, learned, rowsOf, unseen } from "./rows.ts";

/** Sizes of the whole run, and of one that shows in a minute that it learns. */
const sizes = {
  whole: { hiddenSize: 128, layers: 2, decoderLayers: 2, positions: 64, vocabulary: 6000 },
  small: { hiddenSize: 64, layers: 1, decoderLayers: 1, positions: 64, vocabulary: 1000 },
};

const batchSize = 32;

const { count, epochs, size } = planFlags("rows", sizes, 8);

const result = await model("new:marian", { ...size, languages: [...learned, ...unseen] })
  .data(
    inBatches(await rowsOf("train", learned, count), batchSize),
    translation({ source: "source", target: "target" }),
    { test: await rowsOf("test", learned, 400) },
  )
  .adapt(full())
  .train({
    epochs,
    batchSize,
    order: "sequential",
    learningRate: 1.5e-3,
    schedule: "cosine",
    warmup: 0.08,
    weightDecay: 0.01,
    beta2: 0.98,
    maxTokens: size.positions - 8, // the decoder reads one more
    checkpoints: "out/pretrained/translation-checkpoints",
    checkpointEvery: 200,
    resume: true,
  })
  .evaluate({ perplexity })
  .deploy(merged("out/pretrained/translation", { dtype: "float16" }))
  .run();
console.log(`loss of the first step ${result.losses[0].toFixed(2)}`);
console.log(`perplexity ${result.scores.perplexity.toFixed(1)}`);
