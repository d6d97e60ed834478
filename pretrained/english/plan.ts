/**
 * Trains a small English decoder on the Brown corpus and on the meanings of words in WordNet, and
 * prints its perplexity on held-out texts.
 *
 *     deno run --allow-all pretrained/english/plan.ts [--texts 3000] [--epochs 1] [--size small]
 *
 * Without flags it is the whole run: all texts, one epoch, 4 blocks of 256 numbers.
 *
 * @module
 */
import { type Table, tableFromRows } from "../../mod.ts";
import { brownTags, definitions } from "../../datasets/mod.ts";
import { decoderFlags, trainDecoder } from "../train_decoder.ts";

/** Of a few texts so many are documents, which are long, and the rest meanings; both are held out whole. */
const documentShare = 0.005;

async function textsOf(split: "train" | "test", share: number, texts?: number): Promise<Table> {
  const documents = await documentsOf(split);
  const chats = await definitions({ split, ask: "definition" });
  const meanings = (chats.objects() as { word: string; messages: { content: string }[] }[])
    .map(({ word, messages }) => `${word}: ${messages[1].content}`);
  const wanted = texts === undefined ? undefined : Math.ceil(texts * share);
  const few = wanted === undefined ? documents.length : Math.ceil(wanted * documentShare);
  const many = wanted === undefined ? meanings.length : wanted - few;
  return tableFromRows(mixed(documents.slice(0, few), meanings.slice(0, many)));
}

/** The documents of the corpus, each one text. */
async function documentsOf(split: "train" | "test"): Promise<string[]> {
  const rows = (await brownTags({ split })).objects() as { document: string; tokens: string[] }[];
  const texts = new Map<string, string[]>();
  for (const { document, tokens } of rows) {
    if (!texts.has(document)) texts.set(document, []);
    texts.get(document)!.push(sentenceOf(tokens));
  }
  return [...texts.values()].map((sentences) => sentences.join(" "));
}

/** The corpus writes punctuation apart and quotation marks as two characters. */
function sentenceOf(tokens: readonly string[]): string {
  return tokens.join(" ")
    .replace(/ ([.,;:?!)])/g, "$1")
    .replace(/\( /g, "(")
    .replace(/`` ?| ?''/g, '"');
}

/** Each list spread evenly among the other, so that a block of tokens is seldom of one kind. */
function mixed(...lists: readonly string[][]): { text: string }[] {
  return lists.flatMap((list) => list.map((text, at) => ({ text, at: at / list.length })))
    .sort((a, b) => a.at - b.at)
    .map(({ text }) => ({ text }));
}

const { texts, ...how } = decoderFlags(1);
await trainDecoder({
  name: "english",
  tokenizer: "bytes",
  train: await textsOf("train", 1, texts),
  test: await textsOf("test", 0.1, texts),
  ...how,
});
