/**
 * Trains a small English decoder on the Brown corpus and the glosses of WordNet, and prints its
 * perplexity on held-out texts.
 *
 *     deno run --allow-all pretrained/english/plan.ts [--texts 3000] [--epochs 1] [--size small]
 *
 * Without flags it is the whole run: all texts, ten epochs, 6 blocks of 384 numbers.
 *
 * @module
 */
import { parseArgs } from "node:util";
import {
  full,
  merged,
  model,
  perplexity,
  type Table,
  tableFromRows,
  textGeneration,
} from "../../mod.ts";
import { brownTags, wordnetPairs } from "../../datasets/mod.ts";

/** Sizes of the whole run, and of one that shows in minutes that it learns. */
const sizes = {
  whole: { hiddenSize: 384, layers: 6, heads: 6, positions: 128, vocabulary: 8000 },
  small: { hiddenSize: 128, layers: 2, heads: 2, positions: 64, vocabulary: 2000 },
};

const { values } = parseArgs({
  options: {
    texts: { type: "string" },
    epochs: { type: "string", default: "10" },
    size: { type: "string", default: "whole" },
    seed: { type: "string", default: "1" },
  },
});
const size = sizes[values.size as keyof typeof sizes];
const texts = values.texts === undefined ? undefined : Number(values.texts);

/** Half of the texts from each; documents and meanings are held out whole. */
async function textsOf(split: "train" | "test", rows: number | undefined): Promise<Table> {
  const half = rows === undefined ? {} : { rows: Math.ceil(rows / 2) };
  const brown = (await brownTags({ split, ...half })).array("tokens") as string[][];
  const glosses = await wordnetPairs({ split, ...half });
  const definitions = new Set(glosses.array("anchor") as string[]);
  return tableFromRows([
    ...brown.map((tokens) => ({ text: sentenceOf(tokens) })),
    ...[...definitions].map((text) => ({ text })),
  ]);
}

/** The corpus writes punctuation apart and quotation marks as two characters. */
function sentenceOf(tokens: readonly string[]): string {
  return tokens.join(" ")
    .replace(/ ([.,;:?!)])/g, "$1")
    .replace(/\( /g, "(")
    .replace(/`` ?| ?''/g, '"');
}

const train = await textsOf("train", texts);
const test = await textsOf("test", texts === undefined ? undefined : Math.ceil(texts / 10));
const started = performance.now();
const result = await model("new:llama", size)
  .data(train, textGeneration({ text: "text", documents: "joined" }), { test })
  .adapt(full())
  .train({
    epochs: Number(values.epochs),
    batchSize: 16,
    learningRate: 1e-3,
    maxTokens: size.positions,
    seed: Number(values.seed),
  })
  .evaluate({ perplexity })
  .deploy(merged("out/pretrained/english"))
  .run();
const seconds = (performance.now() - started) / 1000;
console.log(`loss of the first step ${result.losses[0].toFixed(2)}`);
console.log(`perplexity ${result.scores.perplexity.toFixed(1)} after ${seconds.toFixed(0)} s`);
