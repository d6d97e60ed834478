/**
 * Trains a small Chinese decoder on the poems of the Tang dynasty, and prints its perplexity on poems
 * of authors that it has not read. It needs two packages that tunebook does not install:
 *
 *     deno install npm:chinese-poetry@2.0.1 npm:opencc-js@1.4.2
 *     deno run --allow-all pretrained/chinese/plan.ts [--texts 3000] [--epochs 1] [--size small]
 *
 * Without flags it is the whole run: all poems, 0.8 epochs, 4 blocks of 256 numbers. The poems of the
 * data set `tangPoems`, on which the model is tried, are left out.
 *
 * @module
 */
import { type Table, tableFromRows } from "../../mod.ts";
import { poems } from "../../datasets/mod.ts";
import known from "../../datasets/tang_poems.json" with { type: "json" };
import { decoderFlags, trainDecoder } from "../train_decoder.ts";

interface Poem {
  readonly title: string;
  readonly text: string;
}

/** Punctuation differs between editions, some characters too. */
const beginning = (text: string) => text.replace(/[^\p{Script=Han}]/gu, "").slice(0, 10);

const kept = new Set(known.map(({ text }) => beginning(text)));

async function textsOf(split: "train" | "test", count: number | undefined): Promise<Table> {
  const rows = (await poems({ split })).objects() as Poem[];
  return tableFromRows(
    rows.filter(({ text }) => !kept.has(beginning(text)))
      .slice(0, count)
      .map(({ title, text }) => ({ text: `《${title}》\n${text}` })),
  );
}

const { texts, ...how } = decoderFlags(0.8);
await trainDecoder({
  name: "chinese",
  tokenizer: "characters",
  train: await textsOf("train", texts),
  test: await textsOf("test", texts === undefined ? undefined : Math.ceil(texts / 10)),
  ...how,
});
